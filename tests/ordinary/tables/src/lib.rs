#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

const PRIMES: [bool; 100] = sieve();
static NAMES: [&str; 3] = ["Größe", "日本語", "🎲 Würfel"];
static HANDLERS: &[(&str, fn(u32) -> u32)] = &[("double", |x| x * 2), ("square", |x| x * x), ("plain", plain)];
const LIMITS: (usize, usize) = (1, 100);
const CRC: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
            k += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
};

const fn sieve() -> [bool; 100] {
    let mut prime = [true; 100];
    prime[0] = false;
    prime[1] = false;
    let mut i = 2;
    while i < 100 {
        let mut j = i * i;
        while j < 100 {
            prime[j] = false;
            j += i;
        }
        i += 1;
    }
    prime
}

const fn clamp(x: usize) -> usize {
    if x < LIMITS.0 { LIMITS.0 } else if x > LIMITS.1 { LIMITS.1 } else { x }
}

fn plain(x: u32) -> u32 {
    x
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| CRC[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    let primes = PRIMES.iter().enumerate().filter(|(_, prime)| **prime).map(|(n, _)| n).take(5).collect::<Vec<_>>();
    let applied: Vec<String> = HANDLERS.iter().map(|(name, f)| format!("{name}={}", f(7))).collect();
    Response::json(&json!({ "primes": primes, "names": NAMES, "applied": applied, "clamped": clamp(5000), "crc": crc(b"123456789") }))
}
