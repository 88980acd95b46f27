"""From marks to a final mark and its name (S9)."""


def final_mark(marks):
    """The weighted mean of the marks that exist, in percent.

    What is not marked yet does not count, neither as zero nor as weight: the final mark of a running class
    says how good the work is that has been marked. A piece that is missing for good is entered as 0, and then
    counts.

    :param marks: iterable of (score, max_score, weight), one for each marked assessment
    :return: 0 to 100, or None when nothing with a weight has been marked
    """
    total = weights = 0.0
    for score, max_score, weight in marks:
        total += weight * score / max_score
        weights += weight
    return 100 * total / weights if weights > 0 else None


def classify(mark, bands):
    """The name of the highest band that a mark reaches.

    :param mark: percent, or None
    :param bands: iterable of (lowest percent that belongs to the band, anything)
    :return: the second member of the band; None when there is no mark or it reaches no band
    """
    if mark is None:
        return None
    # A mark of 79.999999 that stands for 80 belongs to the band of 80.
    reached = [band for band in bands if round(mark, 6) >= band[0]]
    return max(reached, key=lambda band: band[0])[1] if reached else None
