import { isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';

/** Prefix length of an IPv6 client. A client could otherwise use a new address for each request. */
const OWN_BITS = 64;

/** Returns the IPv4 address of a client, or the network of its IPv6 address. */
export function clientAddressOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const address = new Address6(ip);
  if (address.isMapped4()) return address.to4().correctForm();
  return new Address6(`${address.correctForm()}/${OWN_BITS}`).startAddress().correctForm();
}
