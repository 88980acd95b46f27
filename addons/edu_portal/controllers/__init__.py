from . import portal
from . import courses, learning
from . import certificates, contract, offers
