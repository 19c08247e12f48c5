"""By what a caller is counted who is known by an address alone."""

from ipaddress import IPv6Address, IPv6Network, ip_address

PREFIX = 64  # Bits: what one host, or one home, is given of version 6, and within which it may take any address.


def counted_as(address: str) -> str:
    """The address, or the network of 64 bits that an IPv6 address is of; one that stands for an IPv4 address is that.

    What is no address of either version stays as it is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), PREFIX), strict=False))
