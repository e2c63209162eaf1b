import { isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';

/** An IPv6 client has at least so many bits to itself, and could count as ever new ones within them. */
const OWN_BITS = 64;

/** The address that counts as one client: an IPv4 address, or the network of an IPv6 one. */
export function clientAddressOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const address = new Address6(ip);
  if (address.isMapped4()) return address.to4().correctForm();
  return new Address6(`${address.correctForm()}/${OWN_BITS}`).startAddress().correctForm();
}
