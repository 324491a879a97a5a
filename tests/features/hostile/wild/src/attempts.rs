//! The attempts, by name. Those that are a number only ask whether the kernel looks at the call at all.
use crate::syscalls::{at, call, path};

const EPERM: i32 = 1;
const ENOSYS: i32 = 38;
const HERE: usize = -100isize as usize;
const UNIX: usize = 1;
/// Of the flight recorder.
const WORDS: usize = 8705;

type Seen = Result<String, i32>;

fn number(text: &str) -> usize {
    text.parse().unwrap_or(0)
}

fn open(name: &str, flags: usize) -> Result<usize, i32> {
    let name = path(name);
    call(257, &[HERE, at(&name), flags, 0o600])
}

fn seen(what: impl std::fmt::Debug) -> Seen {
    Ok(format!("{what:?}"))
}

/// Whether the kernel takes the call at all.
fn door(call_number: usize, arguments: &[usize]) -> Seen {
    match call(call_number, arguments) {
        Err(errno @ (EPERM | ENOSYS)) => Err(errno),
        other => seen(other),
    }
}

fn pair(kind: usize) -> Result<[usize; 2], i32> {
    let mut two = [0i32; 2];
    call(53, &[UNIX, kind, 0, two.as_mut_ptr() as usize])?;
    Ok(two.map(|one| one as usize))
}

/// Descriptors of listening sockets in this process.
fn listeners() -> Vec<usize> {
    let listens = |fd: &usize| {
        let (mut value, mut length) = (0u32, 4u32);
        call(55, &[*fd, 1, 30, &raw mut value as usize, &raw mut length as usize]).is_ok() && value == 1
    };
    (3..200).filter(listens).collect()
}

pub fn make(what: &str, arg: &str) -> Seen {
    let (first, second) = arg.split_once('|').unwrap_or((arg, ""));
    let named = |number: usize| {
        let (one, two) = (path(first), path(second));
        seen(call(number, &[at(&one), at(&two)])?)
    };
    match what {
        "read" => {
            let file = open(arg, 0)?;
            let mut bytes = [0u8; 64];
            let read = call(0, &[file, bytes.as_mut_ptr() as usize, bytes.len()]);
            call(3, &[file])?;
            seen(read?)
        }
        "read_own_memory" => {
            let file = open("/proc/self/mem", 0)?;
            let (secret, mut bytes) = ([7u8; 8], [0u8; 8]);
            let read = call(17, &[file, bytes.as_mut_ptr() as usize, 8, secret.as_ptr() as usize]);
            call(3, &[file])?;
            seen(read?)
        }
        "list" => {
            let folder = open(arg, 0o200000)?;
            let mut bytes = [0u8; 4096];
            let listed = call(217, &[folder, bytes.as_mut_ptr() as usize, bytes.len()]);
            call(3, &[folder])?;
            seen(listed?)
        }
        "write" => {
            let file = open(arg, 0o101)?;
            let written = call(1, &[file, b"x".as_ptr() as usize, 1]);
            call(3, &[file])?;
            seen(written?)
        }
        "stat" => {
            let (name, mut record) = (path(arg), [0u64; 32]);
            seen(call(4, &[at(&name), record.as_mut_ptr() as usize])?)
        }
        "remove" => named(87),
        "rename" => named(82),
        "hard_link" => named(86),
        "symbolic_link" => named(88),
        "make_folder" => named(83),
        "change_mode" => {
            let name = path(arg);
            seen(call(90, &[at(&name), 0o666])?)
        }
        "change_times" => {
            let name = path(arg);
            seen(call(280, &[HERE, at(&name), 0, 0])?)
        }
        "cut_short" => {
            let name = path(arg);
            seen(call(76, &[at(&name), 0])?)
        }
        "connect" => {
            let socket = call(41, &[2, 1, 0])?;
            let mut address = [0u8; 16];
            address[0] = 2;
            address[2..4].copy_from_slice(&(number(arg) as u16).to_be_bytes());
            address[4..8].copy_from_slice(&[127, 0, 0, 1]);
            seen(call(42, &[socket, address.as_ptr() as usize, 16])?)
        }
        "socket" => seen(call(41, &[number(first), number(second), 0])?),
        "send_to_a_socket_in_the_file_system" => {
            let [own, _] = pair(2)?;
            let mut address = [0u8; 110];
            address[0] = UNIX as u8;
            address[2..2 + arg.len()].copy_from_slice(arg.as_bytes());
            seen(call(44, &[own, b"hi".as_ptr() as usize, 2, 0, address.as_ptr() as usize, 110])?)
        }
        "make_the_listener_deaf" => {
            // One instruction: drop every packet. `SO_ATTACH_FILTER`.
            let code = [0u8, 0, 0, 0, 0, 0, 0, 0];
            let mut drop_all = code;
            drop_all[0] = 6;
            let program = [1usize, drop_all.as_ptr() as usize];
            let fd = *listeners().first().ok_or(2)?;
            seen(call(54, &[fd, 1, 26, program.as_ptr() as usize, 16])?)
        }
        "shut_the_listener" => {
            let fd = *listeners().first().ok_or(2)?;
            seen(call(48, &[fd, 0])?)
        }
        "descriptors" => {
            let name = |fd: usize| {
                let (link, mut bytes) = (path(&format!("/proc/self/fd/{fd}")), [0u8; 200]);
                let length = call(89, &[at(&link), bytes.as_mut_ptr() as usize, bytes.len()]).ok()?;
                Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
            };
            Ok((0..500).filter_map(name).collect::<Vec<_>>().join(" "))
        }
        "fork" => {
            let child = call(56, &[17])?;
            if child == 0 {
                drop(call(231, &[0]));
            }
            seen(child)
        }
        "fork_by_clone3" => {
            let mut arguments = [0u64; 8];
            arguments[4] = 17;
            let child = call(435, &[arguments.as_ptr() as usize, 64])?;
            if child == 0 {
                drop(call(231, &[0]));
            }
            seen(child)
        }
        "run_a_program" => {
            let (name, mut list) = (path(arg), [0usize; 2]);
            list[0] = at(&name);
            seen(call(59, &[at(&name), list.as_ptr() as usize, &list[1] as *const usize as usize])?)
        }
        "run_a_file_of_memory" => {
            let name = path("x");
            let file = call(319, &[at(&name), 0])?;
            call(1, &[file, b"#!/bin/true\n".as_ptr() as usize, 12])?;
            let (empty, list) = (path(""), [at(&name), 0]);
            seen(call(322, &[file, at(&empty), list.as_ptr() as usize, &list[1] as *const usize as usize, 0x1000])?)
        }
        "trace" => seen(call(101, &[0x4206, number(arg), 0, 0])?),
        "read_its_memory" => {
            let mut byte = 0u8;
            let (own, other) = ([&raw mut byte as usize, 1], [number(second), 1]);
            seen(call(310, &[number(first), own.as_ptr() as usize, 1, other.as_ptr() as usize, 1, 0])?)
        }
        "signal" => seen(call(62, &[number(arg), 0])?),
        "signal_a_thread" => seen(call(234, &[number(arg), number(arg), 0])?),
        "signal_by_queue" => {
            let mut information = [0i32; 32];
            information[2] = -1;
            seen(call(129, &[number(arg), 0, information.as_ptr() as usize])?)
        }
        "signal_by_descriptor" => {
            let process = call(434, &[number(arg), 0])?;
            seen(call(424, &[process, 0, 0, 0])?)
        }
        "have_the_kernel_signal" => {
            let [own, _] = pair(1)?;
            call(72, &[own, 10, 0])?;
            seen(call(72, &[own, 8, number(arg)])?)
        }
        "have_the_kernel_signal_by_ioctl" => {
            let ([own, _], process) = (pair(1)?, number(arg) as i32);
            seen(call(16, &[own, 0x8901, &raw const process as usize])?)
        }
        "lower_its_limits" => {
            let limit = [0u64; 2];
            seen(call(302, &[number(arg), 4, limit.as_ptr() as usize, 0])?)
        }
        "move_it_to_one_core" => {
            let cores = [u64::MAX; 16];
            seen(call(203, &[number(arg), 128, cores.as_ptr() as usize])?)
        }
        "make_it_slow" => seen(call(141, &[0, number(arg), 0])?),
        "type_into_the_terminal" => door(16, &[2, 0x5412, b"x".as_ptr() as usize]),
        "take_the_terminal" => door(16, &[2, 0x5410, b"\0\0\0\0".as_ptr() as usize]),
        "door" => {
            let all = usize::MAX;
            door(number(arg), &[all, all, all, all, all, all])
        }
        "say" => {
            let mut frame = (arg.len() as u32).to_le_bytes().to_vec();
            frame.extend(arg.as_bytes());
            seen(call(1, &[3, frame.as_ptr() as usize, frame.len()])?)
        }
        "say_half" => {
            let frame = [40u8, 0, 0, 0, b'{', b'"'];
            seen(call(1, &[3, frame.as_ptr() as usize, frame.len()])?)
        }
        "say_too_much" => seen(call(1, &[3, [0xffu8; 8].as_ptr() as usize, 8])?),
        "flood" => {
            let mut frame = (arg.len() as u32).to_le_bytes().to_vec();
            frame.extend(arg.as_bytes());
            let (mut said, began) = (0u64, now());
            while now().saturating_sub(began) < 100 {
                said += u64::from(call(1, &[3, frame.as_ptr() as usize, frame.len()]).is_ok());
            }
            seen(said)
        }
        "scribble" => {
            let map = call(9, &[0, WORDS * 8, 3, 1, 5, 0])?;
            let words = map as *mut u64;
            for pair in arg.split(',').filter_map(|pair| pair.split_once('=')) {
                let (word, value) = (number(pair.0), pair.1.parse::<u64>().unwrap_or(u64::MAX));
                // SAFETY: within the recorder.
                unsafe { words.add(word % WORDS).write_volatile(value) };
            }
            if arg == "all" {
                for word in 0..WORDS {
                    // SAFETY: as above.
                    unsafe { words.add(word).write_volatile((word as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)) };
                }
            }
            seen(map != 0)
        }
        // SAFETY: none.
        "crash" => unsafe {
            std::ptr::null_mut::<u8>().write_volatile(1);
            Err(0)
        },
        _ => Err(-1),
    }
}

/// Milliseconds of a clock that does not go back.
fn now() -> u64 {
    let mut time = [0u64; 2];
    drop(call(228, &[1, time.as_mut_ptr() as usize]));
    time[0] * 1000 + time[1] / 1_000_000
}
