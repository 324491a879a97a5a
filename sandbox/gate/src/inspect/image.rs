//! A library as the loader will see it: segments and the dynamic table, never the section headers, which the loader
//! does not read and a crafted file can fill with anything.

use object::{
    LittleEndian as LE,
    elf::{Dyn64, FileHeader64, ProgramHeader64, Rela64, Sym64},
    pod::{Pod, from_bytes, slice_from_bytes},
};

/// Dynamic tags that are looked at by name.
pub(super) mod tag {
    pub const NEEDED: u64 = 1;
    pub const PLTRELSZ: u64 = 2;
    pub const STRTAB: u64 = 5;
    pub const SYMTAB: u64 = 6;
    pub const RELA: u64 = 7;
    pub const RELASZ: u64 = 8;
    pub const STRSZ: u64 = 10;
    pub const SONAME: u64 = 14;
    pub const RPATH: u64 = 15;
    pub const JMPREL: u64 = 23;
    pub const INIT_ARRAY: u64 = 25;
    pub const INIT_ARRAYSZ: u64 = 27;
    pub const RUNPATH: u64 = 29;
    pub const FLAGS: u64 = 30;
    pub const GNU_HASH: u64 = 0x6fff_fef5;
    pub const FLAGS_1: u64 = 0x6fff_fffb;
}

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;

/// One program header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub kind: u32,
    pub flags: u32,
    pub offset: u64,
    pub address: u64,
    pub file_size: u64,
    pub memory_size: u64,
}

impl Segment {
    pub fn writable(&self) -> bool {
        self.flags & 2 != 0
    }

    pub fn executable(&self) -> bool {
        self.flags & 1 != 0
    }
}

/// One symbol of the dynamic table.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub name: String,
    pub defined: bool,
    /// ELF's numbers: 0 none, 1 object, 2 function, 6 thread-local, 10 indirect function.
    pub kind: u8,
    /// 0 local, 1 global, 2 weak.
    pub binding: u8,
    pub address: u64,
}

/// One relocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relocation {
    pub address: u64,
    pub kind: u32,
    pub symbol: u32,
    pub addend: i64,
}

/// A file whose headers make sense.
pub(super) struct Image<'a> {
    bytes: &'a [u8],
    pub segments: Vec<Segment>,
    /// Tag and value, up to the terminating null.
    pub dynamic: Vec<(u64, u64)>,
    /// Where the table stands in the file.
    pub dynamic_offset: u64,
}

/// What is wrong with a file, in words.
pub(super) type Malformed = &'static str;

fn read<T: Pod>(bytes: &[u8], offset: u64) -> Option<&T> {
    let rest = bytes.get(usize::try_from(offset).ok()?..)?;
    from_bytes(rest).ok().map(|(value, _)| value)
}

fn slice<T: Pod>(bytes: &[u8], count: usize) -> Option<&[T]> {
    slice_from_bytes(bytes, count).ok().map(|(values, _)| values)
}

impl<'a> Image<'a> {
    pub fn parse(bytes: &'a [u8], most_segments: usize) -> Result<Self, Malformed> {
        let header: &FileHeader64<LE> = read(bytes, 0).ok_or("it is shorter than an ELF header")?;
        let identity = &bytes[..16];
        if identity[..4] != *b"\x7fELF" || identity[4] != 2 || identity[5] != 1 || identity[6] != 1 || !matches!(identity[7], 0 | 3) {
            return Err("it is not a 64-bit little-endian ELF file");
        }
        if header.e_type.get(LE).0 != 3 {
            return Err("it is not a shared object");
        }
        if header.e_machine.get(LE).0 != 62 {
            return Err("it is for another machine than x86-64");
        }
        let count = usize::from(header.e_phnum.get(LE));
        if header.e_phentsize.get(LE) != 56 || count == 0 || count > most_segments {
            return Err("its program headers make no sense");
        }
        let table = usize::try_from(header.e_phoff.get(LE))
            .ok()
            .and_then(|at| bytes.get(at..))
            .ok_or("its program headers lie outside the file")?;
        let table: &[ProgramHeader64<LE>] = slice(table, count).ok_or("its program headers lie outside the file")?;
        let segments: Vec<Segment> = table.iter().map(segment).collect();
        check_loads(&segments, bytes.len() as u64)?;
        let mut dynamics = segments.iter().filter(|segment| segment.kind == PT_DYNAMIC);
        let dynamic = dynamics.next().ok_or("it has no dynamic table")?;
        if dynamics.next().is_some() {
            return Err("it has two dynamic tables");
        }
        let mut image = Self { bytes, dynamic_offset: dynamic.offset, dynamic: Vec::new(), segments: segments.clone() };
        image.dynamic = image.dynamic_entries(dynamic)?;
        Ok(image)
    }

    fn dynamic_entries(&self, segment: &Segment) -> Result<Vec<(u64, u64)>, Malformed> {
        let count = usize::try_from(segment.file_size / 16).map_err(|_| "its dynamic table is too large")?;
        // The loader reads it by address, so offset and address must mean the same bytes.
        let bytes = self.at(segment.address, segment.file_size).ok_or("its dynamic table is not loaded")?;
        let by_offset = self.bytes.get(usize::try_from(segment.offset).map_err(|_| "its dynamic table lies outside the file")?..);
        if by_offset.map(<[u8]>::as_ptr) != Some(bytes.as_ptr()) || count > 256 {
            return Err("its dynamic table makes no sense");
        }
        let entries: &[Dyn64<LE>] = slice(bytes, count).ok_or("its dynamic table makes no sense")?;
        let mut found = Vec::new();
        for entry in entries {
            let (tag, value) = (entry.d_tag.get(LE).0.cast_unsigned(), entry.d_val.get(LE));
            if tag == 0 {
                return Ok(found);
            }
            found.push((tag, value));
        }
        Err("its dynamic table has no end")
    }

    /// The file's bytes that are loaded at `address`.
    pub fn at(&self, address: u64, length: u64) -> Option<&'a [u8]> {
        let end = address.checked_add(length)?;
        let load =
            self.segments.iter().find(|s| s.kind == PT_LOAD && s.address <= address && end <= s.address.saturating_add(s.file_size))?;
        let start = usize::try_from(load.offset + (address - load.address)).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }

    /// The one value of a tag; `None` when absent or there twice.
    pub fn value(&self, tag: u64) -> Option<u64> {
        let mut values = self.dynamic.iter().filter(|(t, _)| *t == tag);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(*value)
    }

    /// A text of the dynamic string table.
    pub fn string(&self, offset: u64) -> Option<String> {
        let table = self.at(self.value(tag::STRTAB)?, self.value(tag::STRSZ)?)?;
        let rest = table.get(usize::try_from(offset).ok()?..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        String::from_utf8(rest[..end].to_vec()).ok()
    }

    /// All dynamic symbols: those that the hash table reaches and those that relocations name.
    pub fn symbols(&self, relocations: &[Relocation]) -> Option<Vec<Symbol>> {
        let named = relocations.iter().map(|relocation| u64::from(relocation.symbol) + 1).max().unwrap_or(0);
        let count = self.hashed()?.max(named).max(1);
        let bytes = self.at(self.value(tag::SYMTAB)?, count.checked_mul(24)?)?;
        let entries: &[Sym64<LE>] = slice(bytes, usize::try_from(count).ok()?)?;
        entries
            .iter()
            .map(|entry| {
                Some(Symbol {
                    name: self.string(u64::from(entry.st_name.get(LE)))?,
                    defined: entry.st_shndx.get(LE).0 != 0,
                    kind: entry.st_info.0 & 15,
                    binding: entry.st_info.0 >> 4,
                    address: entry.st_value.get(LE),
                })
            })
            .collect()
    }

    /// How many symbols the GNU hash table reaches.
    fn hashed(&self) -> Option<u64> {
        let at = self.value(tag::GNU_HASH)?;
        let word = |offset: u64| Some(u64::from(u32::from_le_bytes(self.at(at.checked_add(offset)?, 4)?.try_into().ok()?)));
        let (buckets, first, blooms) = (word(0)?, word(4)?, word(8)?);
        if buckets > 1 << 16 || blooms > 1 << 16 {
            return None;
        }
        let start = 16 + blooms * 8;
        let mut last = 0;
        for bucket in 0..buckets {
            last = last.max(word(start + bucket * 4)?);
        }
        if last == 0 {
            return Some(first);
        }
        let mut chain = last.checked_sub(first)?;
        while word(start + buckets * 4 + chain * 4)? & 1 == 0 {
            chain += 1;
        }
        Some(first + chain + 1)
    }

    /// Every relocation of the library, or `None` when the tables make no sense. There are none in RELR form.
    pub fn relocations(&self) -> Option<Vec<Relocation>> {
        let mut all = Vec::new();
        for (table, size) in [(tag::RELA, tag::RELASZ), (tag::JMPREL, tag::PLTRELSZ)] {
            let Some(address) = self.value(table) else { continue };
            let size = self.value(size)?;
            let entries: &[Rela64<LE>] = slice(self.at(address, size)?, usize::try_from(size / 24).ok()?)?;
            all.extend(entries.iter().map(|entry| {
                let info = entry.r_info.get(LE);
                let (symbol, kind) = ((info >> 32) as u32, info as u32);
                Relocation { address: entry.r_offset.get(LE), kind, symbol, addend: entry.r_addend.get(LE) }
            }));
        }
        Some(all)
    }
}

fn segment(header: &ProgramHeader64<LE>) -> Segment {
    Segment {
        kind: header.p_type.get(LE).0,
        flags: header.p_flags.get(LE).0,
        offset: header.p_offset.get(LE),
        address: header.p_vaddr.get(LE),
        file_size: header.p_filesz.get(LE),
        memory_size: header.p_memsz.get(LE),
    }
}

/// Loaded segments lie in the file, rise, and do not overlap in memory.
fn check_loads(segments: &[Segment], file: u64) -> Result<(), Malformed> {
    let mut end = 0;
    for load in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
        let in_file = load.offset.checked_add(load.file_size).is_some_and(|end| end <= file);
        let after = load.address.checked_add(load.memory_size).ok_or("a segment wraps around")?;
        if !in_file || load.file_size > load.memory_size {
            return Err("a segment lies outside the file");
        }
        if load.address < end {
            return Err("its segments overlap");
        }
        if load.address % 4096 != load.offset % 4096 {
            return Err("a segment is not aligned");
        }
        end = after;
    }
    if end == 0 { Err("nothing of it is loaded") } else { Ok(()) }
}
