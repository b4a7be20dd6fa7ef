"""SSRF vectors for webhooks: forbidden networks with their edges, and ambiguous spellings of hosts and URLs."""

import ipaddress

# What a webhook must not reach: the special-purpose registries of IANA (RFC 6890), what translates to IPv4, and the
# metadata services of clouds that lie outside of them.
FORBIDDEN_NETWORKS = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
        "::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fd00:ec2::254/128", "fe80::/10",
        "fec0::/10", "ff00::/8",
    )
]  # fmt: skip
ROUTED_V6 = ipaddress.ip_network("2000::/3")  # nothing else is unicast of the world

# Addresses of something, beside the edges.
FORBIDDEN_ADDRESSES = (
    "0.0.0.1", "10.1.2.3", "100.100.100.200", "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.170.2", "172.17.0.1",
    "192.0.0.192", "192.168.1.1", "224.0.0.251", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::127.0.0.1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2002:808:808::1", "fd00::1",
    "fe80::1", "fe80::a9fe:a9fe", "ff02::1", "1::1", "4000::1", "8000::1", "e000::1",
)  # fmt: skip


def is_forbidden(address):
    if any(address in network for network in FORBIDDEN_NETWORKS if network.version == address.version):
        return True
    return address.version == 6 and address not in ROUTED_V6


def forbidden_addresses():
    """The first and the last of each network, and those above; each once."""
    edges = [edge for network in FORBIDDEN_NETWORKS for edge in (network[0], network[-1])]
    return list(dict.fromkeys([*edges, *map(ipaddress.ip_address, FORBIDDEN_ADDRESSES)]))


def public_neighbours():
    """What stands beside the edges and belongs to nothing that is forbidden."""
    beside = []
    for network in [*FORBIDDEN_NETWORKS, ROUTED_V6]:
        largest = 2**network.max_prefixlen - 1
        numbers = {int(network[0]) - 1, int(network[-1]) + 1, int(network[0]), int(network[-1])}
        kind = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
        beside += [kind(number) for number in sorted(numbers) if 0 <= number <= largest]
    return [address for address in dict.fromkeys(beside) if not is_forbidden(address)]


# Hosts that some reader takes for 127.0.0.1, 169.254.169.254 or the like; all have the forbidden port behind them.
HOSTS = (
    "2130706433", "017700000001", "0x7f000001", "0x7F000001", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1",
    "0177.0000.0000.0001", "00000177.0.0.1", "127.0.0.0x1", "127.0x1", "127.1", "127.0.1", "127.0.257", "127.65537",
    "0", "0x0", "00", "0.0", "0.0.0", "1", "127.0.0.1.", "127.0.0.1..", "127.0.0.01", "127.000.000.001", "127.0.0.1.1",
    "2852039166", "0xa9fea9fe", "025177524776", "169.254.43518", "169.16689662", "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376", "4294967296", "4294967295", "037777777777", "127.0.0.256", "999.1.1.1", "-1", "+127.0.0.1",
    "167772161", "3232235777", "0xc0a80101", "0300.0250.1.1",
    "[::1%25lo]", "[::1%lo]", "[::1%1]", "[fe80::1%25eth0]", "[fe80::1%2]", "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[0::1]", "[::ffff:7f00:1]", "[::FFFF:127.0.0.1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:127.1]", "[::ffff:0177.0.0.1]", "[::7f00:1]", "[::1", "::1", "[::1]]",
    "[[::1]]", "[::1]x", "[127.0.0.1]", "[localhost]", "[]", "[:]", "[::]", "[::%]", "[v1.127.0.0.1]", "[::1\\]",
    "localhost", "LOCALHOST", "LocalHost", "localhost.", "localhost..", "a.localhost", "x.y.LOCALHOST", ".localhost",
    "127.0.0.1%00", "127.0.0.1%2e", "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%20", "localhost%00.example.com",
    "loc%61lhost", "127.0.0.1%0d%0ax", "example.com%40127.0.0.1", "example.com%2f@127.0.0.1",
    "user@127.0.0.1", "user:secret@127.0.0.1", "@127.0.0.1", "127.0.0.1@", "example.com@127.0.0.1",
    "example.com:443@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1\\@example.com", "example.com\\@127.0.0.1",
    "127.0.0.1;example.com", "127.0.0.1,example.com", "127.0.0.1&example.com", "127.0.0.1 example.com",
    "127.0.0.1\texample.com", "127.0.0.1\r\nexample.com", "127.0.0.1\x00example.com", " 127.0.0.1", "127.0.0.1 ",
    "127\u30020\u30020\u30021", "127\uff0e0\uff0e0\uff0e1", "127\uff610\uff610\uff611",
    "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "\u0661\u0662\u0667.0.0.1", "\u0967\u0968\u096d.0.0.1",
    "\U0001d7cf\U0001d7d0\U0001d7d5.0.0.1", "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "local\u00adhost", "local\u200bhost", "localho\u017ft",
    "127.0.0.1\u2028", "\u202e1.0.0.721",
)  # fmt: skip

# Whole URLs: other protocols, other ways to write the beginning, other ports.
URLS = (
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://example.com:{port}/",
    "HTTP://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_x", "dict://127.0.0.1:{port}/x",
    "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ldap://127.0.0.1:{port}/", "tftp://127.0.0.1:{port}/x",
    "telnet://127.0.0.1:{port}/", "unix:///run/x.sock", "data:text/plain,x", "javascript:x", "//127.0.0.1:{port}/",
    "127.0.0.1:{port}", "https:127.0.0.1:{port}/", "https:/127.0.0.1:{port}/", "https:///127.0.0.1:{port}/",
    "https:\\\\127.0.0.1:{port}/", "https://\\127.0.0.1:{port}/", "https://127.0.0.1:{port}\\@example.com/",
    "https://example.com:{port}@127.0.0.1:{port}/", "https://example.com:{port}#@127.0.0.1:{port}/",
    "https://example.com:{port}/#x", "https://example.com:22/", "https://example.com:0/", "https://example.com:/",
    "https://example.com:65536/", "https://example.com:{port}x/", "https://example.com:0{port}/",
    "https://example.com:+{port}/", "https://example.com:{port}:{port}/", "https://example.com\r\nHost: 127.0.0.1/",
    "\thttps://127.0.0.1:{port}/", "https://127.0.0.1:{port}/\n", "url:https://127.0.0.1:{port}/", "",
    "https://example.com:{port}/\u00e4", "https://{long}.example:{port}/",
)  # fmt: skip


def refused_urls(port):
    """URLs that no endpoint may have."""
    literals = [
        f"[{address}]" if address.version == 6 else str(address) for address in forbidden_addresses()
    ]
    hosts = [f"https://{host}:{port}/" for host in [*literals, *HOSTS]]
    return [*hosts, *(url.format(port=port, long="a" * 64) for url in URLS)]
