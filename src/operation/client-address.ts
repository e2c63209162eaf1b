import { isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';

/** Prefix length of the network of an IPv6 client. A client could otherwise use a new address for each request. */
const NETWORK_BITS = 64;
/** Prefix length of an IPv6 site (RFC 6177): one customer may have all of its 65 536 networks. */
const SITE_BITS = 48;

/** Returns the IPv4 address of a client, or the network (/64) of its IPv6 address. */
export function clientAddressOf(ip: string): string {
  const address = isIPv6(ip) ? new Address6(ip) : undefined;
  if (address === undefined) return ip;
  return address.isMapped4() ? address.to4().correctForm() : startOf(address, NETWORK_BITS);
}

/** Returns the site (/48) of an IPv6 address, or of its network; `undefined` for an IPv4 address. */
export function clientSiteOf(ip: string): string | undefined {
  const address = isIPv6(ip) ? new Address6(ip) : undefined;
  return address === undefined || address.isMapped4() ? undefined : startOf(address, SITE_BITS);
}

/** How many times as much a site may do as one of its networks, before it is limited as a whole. */
export const NETWORKS_OF_A_SITE = 4;

const startOf = (address: Address6, bits: number) =>
  new Address6(`${address.correctForm()}/${bits}`).startAddress().correctForm();
