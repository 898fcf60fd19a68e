//! Reads a module of WebAssembly as far as its functions are concerned, and gives them names.

use std::ops::Range;

/// Numbers of sections.
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;

/// Within the section of names, those of functions.
const FUNCTION_NAMES: u8 = 1;

/// The magic number and the version.
const HEADER_BYTES: usize = 8;

/// The bodies of the functions of a module, and the module with other names for them.
pub struct Module<'a> {
    bytes: &'a [u8],
    /// How many functions come before those with a body.
    imported: usize,
    bodies: Vec<&'a [u8]>,
}

impl<'a> Module<'a> {
    /// Reads a module; nothing where it is none.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut module = Self { bytes, imported: 0, bodies: Vec::new() };
        let mut reader = Reader { bytes, at: HEADER_BYTES };
        while reader.at < bytes.len() {
            let section = reader.byte()?;
            let content = reader.block()?;
            let mut inside = Reader { bytes: &bytes[..content.end], at: content.start };
            match section {
                IMPORT => module.imported = inside.imported_functions()?,
                CODE => module.bodies = inside.list(|reader| Some(&bytes[reader.block()?]))?,
                _ => {}
            }
        }
        Some(module)
    }

    /// The bodies of its own functions.
    pub fn bodies(&self) -> &[&'a [u8]] {
        &self.bodies
    }

    /// The module, its functions named so that their names ascend in this order. It must not have names yet.
    pub fn named_in(&self, order: &[usize]) -> Vec<u8> {
        let mut places: Vec<(usize, usize)> =
            order.iter().enumerate().map(|(place, &function)| (function, place)).collect();
        places.sort_unstable();
        let mut names = Vec::new();
        write_number(&mut names, places.len());
        for (function, place) in places {
            write_number(&mut names, self.imported + function);
            write_block(&mut names, format!("{place:08}").as_bytes());
        }
        let mut section = Vec::new();
        write_block(&mut section, b"name");
        section.push(FUNCTION_NAMES);
        write_block(&mut section, &names);
        let mut bytes = self.bytes.to_vec();
        bytes.push(CUSTOM);
        write_block(&mut bytes, &section);
        bytes
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    /// A number in LEB128.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Where the bytes lie that a length comes before.
    fn block(&mut self) -> Option<Range<usize>> {
        let len = self.number()?;
        let start = self.at;
        self.at = start.checked_add(len).filter(|&end| end <= self.bytes.len())?;
        Some(start..self.at)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| item(self)).collect()
    }

    fn imported_functions(&mut self) -> Option<usize> {
        let kinds = self.list(|reader| {
            reader.block()?;
            reader.block()?;
            let kind = reader.byte()?;
            match kind {
                // A function, by its type.
                0 => drop(reader.number()?),
                // A table: what is in it, then its limits.
                1 => drop((reader.byte()?, reader.limits()?)),
                2 => reader.limits()?,
                // A global: its type, and whether it changes.
                3 => drop((reader.byte()?, reader.byte()?)),
                _ => return None,
            }
            Some(kind)
        })?;
        Some(kinds.into_iter().filter(|&kind| kind == 0).count())
    }

    fn limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 != 0;
        self.number()?;
        if has_most {
            self.number()?;
        }
        Some(())
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn write_block(bytes: &mut Vec<u8>, block: &[u8]) {
    write_number(bytes, block.len());
    bytes.extend(block);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One imported function, an imported memory, and two functions: one that is empty, one that is not.
    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x0e\x02\x01a\x01f\0\0\x01a\x01m\x02\0\x01\
        \x03\x03\x02\0\0\x0a\x08\x02\x02\0\x0b\x03\0\x01\x0b";

    #[test]
    fn names_follow_the_order() {
        let module = Module::read(MODULE).unwrap();
        assert_eq!(module.bodies(), [&b"\0\x0b"[..], b"\0\x01\x0b"]);
        let named = module.named_in(&[1, 0]);
        assert_eq!(named[..MODULE.len()], *MODULE);
        assert_eq!(named[MODULE.len()..], *b"\0\x1c\x04name\x01\x15\x02\x01\x0800000001\x02\x0800000000");
        assert!(Module::read(&named).is_some());
    }

    #[test]
    fn what_is_cut_off_is_no_module() {
        let broken = (HEADER_BYTES + 1..MODULE.len()).filter(|&end| Module::read(&MODULE[..end]).is_none());
        // What ends between two sections is one.
        assert_eq!(broken.count(), MODULE.len() - HEADER_BYTES - 1 - 3);
    }
}
