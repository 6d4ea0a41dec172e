import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * How deep inside a network an IP address is, by the special-purpose registries of IANA
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry, as of 2025).
 */
export const DEPTH = { world: 1, site: 2, machine: 3 } as const;

/** Addresses that no peer may name: link-local addresses, metadata services of clouds, and addresses that belong to no host. */
const FORBIDDEN = blockList(
  // Link-local, including the metadata services of AWS, Google, Azure, Oracle, DigitalOcean and others.
  ['169.254.0.0', 16],
  ['fe80::', 10],
  // Metadata services and similar at other addresses: AWS, Google and Oracle over IPv6, Azure, Alibaba, older ones of Oracle.
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['fd00:c1::a9fe:a9fe', 128],
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  // Multicast, reserved and broadcast addresses; addresses that discard everything sent to them.
  ['224.0.0.0', 3],
  ['ff00::', 8],
  ['100::', 63],
);

/** This machine. The zero address also leads here. */
const MACHINE = blockList(['127.0.0.0', 8], ['0.0.0.0', 8], ['::', 127]);

/** Addresses that the registries call not globally reachable: each means another host at each site. */
const SITE = blockList(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fec0::', 10],
  // Protocol assignments, benchmarks, documentation, translation within a site, segment routing.
  ['192.0.0.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['2001:2::', 48],
  ['2001:10::', 28],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['64:ff9b:1::', 48],
  ['5f00::', 16],
);

/** Whether this process may connect to an address that a peer named: to it, and to each IPv4 address to which it may lead. */
export function isDialable(ip: string): boolean {
  return readings(ip).every((reading) => !contains(FORBIDDEN, reading));
}

/** Returns the depth of the innermost address to which this one may lead. */
export function depthOf(ip: string): number {
  return Math.max(...readings(ip).map(plainDepth));
}

/** Returns the depth of a peer with this address. IPv4 addresses inside tunnel addresses are not trusted. */
export function depthOfPeer(ip: string): number {
  return plainDepth(sameInIpv4(ip) ?? withoutZone(ip));
}

function plainDepth(ip: string): number {
  if (contains(MACHINE, ip)) return DEPTH.machine;
  return contains(SITE, ip) ? DEPTH.site : DEPTH.world;
}

/** Returns the address without the name of an interface, and every IPv4 address that it contains. */
function readings(ip: string): readonly string[] {
  const address = withoutZone(ip);
  if (!isIPv6(address)) return [address];
  const same = sameInIpv4(address);
  return same === undefined ? [address, ...tunnelled(groupsOf(address))] : [same];
}

/**
 * Returns the IPv4 address for which an IPv6 one is another notation: mapped, compatible (RFC 4291), or translated (RFC 2765).
 */
function sameInIpv4(ip: string): string | undefined {
  const address = withoutZone(ip);
  if (!isIPv6(address)) return isIPv4(address) ? address : undefined;
  const groups = groupsOf(address);
  const [high, low] = [groups[6] ?? 0, groups[7] ?? 0];
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':');
  const isUnspecifiedOrLoopback = high === 0 && low <= 1;
  const isCompatible = prefix === '0:0:0:0:0:0' && !isUnspecifiedOrLoopback;
  if (isCompatible || prefix === '0:0:0:0:0:ffff' || prefix === '0:0:0:0:ffff:0') return ipv4Of(high, low);
  return undefined;
}

/** Returns the IPv4 addresses to which a gateway may forward packets for an IPv6 address. */
function tunnelled(groups: readonly number[]): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  // NAT64 (RFC 6052): at the end of the address, and for the local prefix (RFC 8215) also in its 48-bit layout.
  if (a === 0x64 && b === 0xff9b) {
    const atEnd = ipv4Of(g, h);
    if (c !== 1) return [atEnd];
    // The layout that is not in use reads as a zero address.
    return [atEnd, ipv4Of(d, ((e & 0xff) << 8) | (f >> 8))].filter((reading) => !reading.startsWith('0.'));
  }
  // 6to4 (RFC 3056), behind the prefix.
  if (a === 0x2002) return [ipv4Of(b, c)];
  // Teredo (RFC 4380): its server, and its client with inverted bits.
  if (a === 0x2001 && b === 0) return [ipv4Of(c, d), ipv4Of(~g & 0xffff, ~h & 0xffff)];
  return [];
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Returns the first 64 bits of an IPv6 address, or the IPv4 address for which it is another notation. */
export function networkOf(ip: string): string {
  return sameInIpv4(ip) ?? groupsOf(withoutZone(ip)).slice(0, 4).join(':');
}

/** Returns the eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // `URL` normalises every notation to the shortest hexadecimal one.
  const { hostname } = new URL(`http://[${address}]`);
  const [before = '', after] = hostname.slice(1, -1).split('::');
  const head = numbersOf(before);
  const tail = numbersOf(after ?? '');
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

function numbersOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function withoutZone(ip: string): string {
  return ip.split('%', 1)[0] ?? ip;
}

/** Created on first use: every process loads this module, and few check addresses. */
function blockList(...subnets: readonly (readonly [net: string, prefix: number])[]): () => BlockList {
  let list: BlockList | undefined;
  return () => {
    if (list === undefined) {
      list = new BlockList();
      for (const [net, prefix] of subnets) list.addSubnet(net, prefix, isIPv6(net) ? 'ipv6' : 'ipv4');
    }
    return list;
  };
}

function contains(list: () => BlockList, ip: string): boolean {
  return list().check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
