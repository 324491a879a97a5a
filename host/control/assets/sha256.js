// SHA-256 (FIPS 180-4) in plain JavaScript: crypto.subtle does not exist on plain-HTTP addresses of a local network.
const K = new Int32Array(64);
const INITIAL = new Int32Array(8);
{
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) INITIAL[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }
}

const W = new Int32Array(64);
const turn = (x, n) => (x >>> n) | (x << (32 - n));

function block(state, bytes, offset) {
  for (let i = 0; i < 16; i += 1) {
    const at = offset + i * 4;
    W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const s0 = turn(W[i - 15], 7) ^ turn(W[i - 15], 18) ^ (W[i - 15] >>> 3);
    const s1 = turn(W[i - 2], 17) ^ turn(W[i - 2], 19) ^ (W[i - 2] >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

const state = new Int32Array(8);

/** The digest of `length` bytes at the start of `bytes` as eight 32-bit words (one array, reused). `bytes` needs 72 spare bytes. */
export function digest(bytes, length) {
  state.set(INITIAL);
  const end = (length + 9 + 63) & ~63;
  bytes.fill(0, length, end);
  bytes[length] = 0x80;
  new DataView(bytes.buffer).setUint32(end - 4, length * 8);
  for (let offset = 0; offset < end; offset += 64) block(state, bytes, offset);
  return state;
}

/** The lower-case hexadecimal digest of a text. */
export function hex(text) {
  const raw = new TextEncoder().encode(text);
  const bytes = new Uint8Array(raw.length + 72);
  bytes.set(raw);
  return [...digest(bytes, raw.length)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
