//! The one thing of an m4a file that the decoding library leaves out: how many frames at its start are the
//! encoder's run-up and no sound (the edit list). Without it everything would come 20 to 50 ms late.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Tables of contents larger than this are not looked at (eight hours need about 3 MB).
const MAX_MOOV_BYTES: u64 = 64 << 20;
/// Boxes at the top of a file; real ones have fewer than ten.
const MAX_TOP_BOXES: usize = 10_000;

/// Ticks (of the audio track's own clock) to pass over at the start; `None` when the file says nothing about it or
/// cannot be understood.
pub fn leading_ticks(path: &Path) -> Option<u64> {
    let moov = read_moov(path)?;
    let track =
        children(&moov).filter(|(kind, _)| kind == b"trak").map(|(_, body)| body).find(|trak| is_sound(trak))?;
    let list = child(child(track, b"edts")?, b"elst")?;
    let wide = *list.first()? == 1;
    let entry_len = if wide { 20 } else { 12 };
    let starts = list
        .get(8..)?
        .chunks_exact(entry_len)
        .map(|entry| if wide { number(&entry[8..16]) as i64 } else { i64::from(number(&entry[4..8]) as u32 as i32) });
    // A negative start is an empty edit: silence before the sound, which players ignore as well.
    starts.into_iter().find(|start| *start >= 0).map(|start| start as u64)
}

/// The body of the file's table of contents.
fn read_moov(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    for _ in 0..MAX_TOP_BOXES {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let mut body_len = number(&head[..4]);
        if body_len == 1 {
            let mut long = [0; 8];
            file.read_exact(&mut long).ok()?;
            body_len = number(&long).checked_sub(16)?;
        } else {
            body_len = body_len.checked_sub(8)?;
        }
        if &head[4..] == b"moov" {
            let mut moov = Vec::new();
            file.take(body_len.min(MAX_MOOV_BYTES)).read_to_end(&mut moov).ok()?;
            return Some(moov);
        }
        file.seek(SeekFrom::Current(i64::try_from(body_len).ok()?)).ok()?;
    }
    None
}

fn is_sound(trak: &[u8]) -> bool {
    let handler = child(trak, b"mdia").and_then(|mdia| child(mdia, b"hdlr"));
    handler.and_then(|hdlr| hdlr.get(8..12)) == Some(b"soun".as_slice())
}

fn child<'a>(body: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    children(body).find(|(kind, _)| kind == wanted).map(|(_, body)| body)
}

/// The boxes within a box; ends at the first that is malformed.
fn children(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let len = usize::try_from(number(body.get(..4)?)).ok()?;
        let kind = body.get(4..8)?.try_into().ok()?;
        let inner = body.get(8..len)?;
        body = &body[len..];
        Some((kind, inner))
    })
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    }

    fn file_with(elst: &[u8]) -> Vec<u8> {
        let handler = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0soun\0\0\0\0");
        let trak = [boxed(b"edts", &boxed(b"elst", elst)), boxed(b"mdia", &handler)].concat();
        [boxed(b"ftyp", b"M4A "), boxed(b"mdat", &[0; 100]), boxed(b"moov", &boxed(b"trak", &trak))].concat()
    }

    fn leading(bytes: &[u8]) -> Option<u64> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        leading_ticks(file.path())
    }

    #[test]
    fn the_run_up_is_found_behind_an_empty_edit() {
        let mut elst = vec![0, 0, 0, 0, 0, 0, 0, 2];
        elst.extend([0, 0, 0, 9, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0]);
        elst.extend([0, 0, 9, 9, 0, 0, 8, 0x40, 0, 1, 0, 0]);
        assert_eq!(leading(&file_with(&elst)), Some(2112));
    }

    #[test]
    fn a_file_cut_anywhere_says_nothing() {
        let elst = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 9, 9, 0, 0, 4, 0, 0, 1, 0, 0];
        let whole = file_with(&elst);
        assert_eq!(leading(&whole), Some(1024));
        for len in 0..whole.len() - 1 {
            assert_eq!(leading(&whole[..len]), None, "{len} bytes");
        }
    }
}
