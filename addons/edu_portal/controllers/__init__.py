from . import courses, learning
from . import certificates, contract, offers
