//! Small changes of an input. Half of the cuts fall between tokens, so that text often stays readable; the rest fall anywhere.

use proptest::{collection::vec, prelude::*, sample::Index};

/// Values at which arithmetic goes wrong.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_fff0,
    0xffff_ffff_ffff_ffff,
    0x1000,
    1 << 40,
];

/// One change.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// Takes some bytes away.
    Remove(Place, usize),
    /// Copies some bytes to another place.
    Copy(Place, usize, Place),
    /// Writes some bytes many times over, as nesting does.
    Repeat(Place, usize, usize),
    /// Writes one of the words.
    Word(Place, Index),
    /// Writes a part of another seed.
    Splice(Place, Index, Place, usize),
    /// Changes one byte.
    Byte(Index, u8),
    /// Writes a number over aligned bytes: four or eight of them.
    Number(Index, bool, Index),
    /// Cuts the rest off.
    End(Place),
}

/// Where, and whether only between tokens.
pub type Place = (Index, bool);

/// Lists of changes; few more often than many.
pub fn mutations(most: usize) -> impl Strategy<Value = Vec<Mutation>> {
    let place = || (any::<Index>(), any::<bool>());
    let some = || prop_oneof![4 => 1usize..16, 2 => 16usize..200, 1 => 200usize..4_000];
    let one = prop_oneof![
        3 => (place(), some()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        2 => (place(), some(), place()).prop_map(|(from, length, to)| Mutation::Copy(from, length, to)),
        1 => (place(), 1usize..40, 2usize..600).prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        5 => (place(), any::<Index>()).prop_map(|(at, word)| Mutation::Word(at, word)),
        3 => (place(), any::<Index>(), place(), some()).prop_map(|(to, seed, from, length)| Mutation::Splice(to, seed, from, length)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        1 => (any::<Index>(), any::<bool>(), any::<Index>()).prop_map(|(at, wide, number)| Mutation::Number(at, wide, number)),
        1 => place().prop_map(Mutation::End),
    ];
    prop_oneof![3 => vec(one.clone(), 1..4), 1 => vec(one, 1..most)]
}

/// A place in these bytes; one after the last counts.
fn cut(bytes: &[u8], (index, between_tokens): &Place) -> usize {
    let at = index.index(bytes.len() + 1);
    let inside = |at: usize| {
        let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        at > 0 && at < bytes.len() && part(bytes[at - 1]) && part(bytes[at])
    };
    if *between_tokens { (at..=bytes.len()).find(|at| !inside(*at)).unwrap_or(bytes.len()) } else { at }
}

fn piece(bytes: &[u8], from: &Place, length: usize) -> Vec<u8> {
    let start = cut(bytes, from);
    bytes[start..(start + length).min(bytes.len())].to_vec()
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}

impl Mutation {
    /// Changes these bytes.
    pub fn apply(&self, bytes: &mut Vec<u8>, words: &[String], seeds: &[Vec<u8>]) {
        match self {
            Self::Remove(at, length) => {
                let at = cut(bytes, at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Copy(from, length, to) => {
                let new = piece(bytes, from, *length);
                let to = cut(bytes, to);
                insert(bytes, to, &new);
            }
            Self::Repeat(at, length, times) => {
                let new = piece(bytes, at, *length).repeat(*times);
                let at = cut(bytes, at);
                insert(bytes, at, &new);
            }
            Self::Word(at, word) if !words.is_empty() => {
                let at = cut(bytes, at);
                insert(bytes, at, word.get(words).as_bytes());
            }
            Self::Splice(to, seed, from, length) if !seeds.is_empty() => {
                let new = piece(&seeds[seed.index(seeds.len())], from, *length);
                let to = cut(bytes, to);
                insert(bytes, to, &new);
            }
            Self::Byte(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Number(at, wide, number) if bytes.len() >= 8 => {
                let width = if *wide { 8 } else { 4 };
                let at = at.index(bytes.len() / width) * width;
                bytes[at..at + width].copy_from_slice(&number.get(&NUMBERS).to_le_bytes()[..width]);
            }
            Self::End(at) => bytes.truncate(cut(bytes, at)),
            Self::Word(..) | Self::Splice(..) | Self::Byte(..) | Self::Number(..) => {}
        }
    }
}
