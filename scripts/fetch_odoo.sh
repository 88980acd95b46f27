# Puts Debian's package of Odoo 19 into $ODOO_UNPACKED without touching the machine's own packages:
# apt works in a state folder of its own, against the mirror that the machine uses already.
# Sourced by setup, never run.

ODOO_PACKAGES="odoo-19"
# Odoo's package links its fonts and jQuery into these; they are unpacked into the same root.
LINKED_PACKAGES="fonts-font-awesome fonts-glyphicons-halflings fonts-inconsolata fonts-montserrat
    fonts-ocr-b fonts-roboto-unhinted libjs-jquery libjs-jquery-form libjs-underscore"

debian_mirror() {
    # The line of the release itself, not of its updates or security suites.
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE)' 'Created-By: Packages' \
        | awk '$1 == "Debian" && $3 !~ /-|backports/ { print $2; exit }'
}

fetch_odoo() {
    local state=$RUN/apt mirror keyring from=$SECONDS deb
    need_packages debian-archive-keyring ca-certificates
    mirror=$(debian_mirror)
    if [ -z "$mirror" ]; then as_root apt-get update -qq >/dev/null; mirror=$(debian_mirror); fi
    [ -n "$mirror" ] || die "Odoo 19 was not found: this machine's package sources name no Debian mirror to take odoo-19 from.
Get the sources of Odoo 19.0 and name their folder:  ODOO_HOME=/path/to/odoo ./scripts/setup"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    say "Odoo 19: downloading Debian's package"
    mkdir -p "$state"/{lists/partial,cache/archives/partial,etc/preferences.d,dpkg}
    : > "$state/dpkg/status"
    printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' "$mirror" "$keyring" > "$state/debian.sources"
    local apt=(apt-get -o Dir::State="$state" -o Dir::State::status="$state/dpkg/status"
        -o Dir::Cache="$state/cache" -o Dir::Etc::SourceList="$state/debian.sources"
        -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts="$state/etc/preferences.d"
        -o Dir::Etc::Preferences=/dev/null -o Acquire::Languages=none -o APT::Sandbox::User=root
        -o Debug::NoLocking=1 -qq)
    "${apt[@]}" update >/dev/null || die "the package list of Debian sid could not be read from the machine's mirror; check the network and run again"
    rm -rf "$ODOO_UNPACKED.new" && mkdir -p "$ODOO_UNPACKED.new" "$state/debs"
    # shellcheck disable=SC2086
    (cd "$state/debs" && rm -f ./*.deb && "${apt[@]}" download $ODOO_PACKAGES $LINKED_PACKAGES >/dev/null) \
        || die "Odoo 19 could not be downloaded from the machine's Debian mirror; run again, or name a source tree with ODOO_HOME"
    for deb in "$state"/debs/*.deb; do dpkg -x "$deb" "$ODOO_UNPACKED.new"; done
    repair_links "$ODOO_UNPACKED.new"
    rm -rf "$ODOO_UNPACKED" "$state" && mv "$ODOO_UNPACKED.new" "$ODOO_UNPACKED"
    took "$from" "Odoo 19 unpacked"
}

# repair_links ROOT: absolute links of the package point into the running system; bend them into ROOT.
repair_links() {
    local root=$1 link target stub
    find "$root" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
        target=$(readlink "$link")
        [ -e "$target" ] || ln -sfnr "$root$target" "$link"
    done
    # Debian leaves this file out (not free); every bundle that names it must still find one.
    stub=$(find "$root" -type d -path '*/addons/mail/static' | head -n 1)/lib/selfie_segmentation
    mkdir -p "$stub" && touch "$stub/selfie_segmentation.js"
}
