//! The recording of a session: mono, 16-bit PCM, in one WAV file that can be read at any moment.
//!
//! A WAV header states its sizes in 32 bits. Beyond 4 GiB (6 h at 96 kHz) both sizes are written as `0xFFFF_FFFF`,
//! which readers (symphonia, ffmpeg, sox, VLC) take as "up to the end of the file". That keeps one session one
//! file; RF64 would state the true size, but symphonia does not read it. Such a file does not tell its length:
//! take it from the session's entry.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes before the first sample.
pub const HEADER_BYTES: u64 = 44;
/// Bytes per sample.
pub const FRAME_BYTES: u64 = 2;
/// What a size says that does not fit, or is not known.
const UNKNOWN_SIZE: u32 = u32::MAX;

/// The header of a file with `data_bytes` of samples at `rate_hz`.
pub fn header(rate_hz: u32, data_bytes: u64) -> [u8; HEADER_BYTES as usize] {
    let fits = u32::try_from(data_bytes + HEADER_BYTES - 8).ok().zip(u32::try_from(data_bytes).ok());
    let (riff_size, data_size) = fits.unwrap_or((UNKNOWN_SIZE, UNKNOWN_SIZE));
    let mut header = [0; HEADER_BYTES as usize];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"RIFF");
    put(4, &riff_size.to_le_bytes());
    put(8, b"WAVEfmt ");
    put(16, &16u32.to_le_bytes());
    put(20, &1u16.to_le_bytes()); // PCM
    put(22, &1u16.to_le_bytes()); // channels
    put(24, &rate_hz.to_le_bytes());
    put(28, &rate_hz.saturating_mul(FRAME_BYTES as u32).to_le_bytes());
    put(32, &(FRAME_BYTES as u16).to_le_bytes());
    put(34, &16u16.to_le_bytes());
    put(36, b"data");
    put(40, &data_size.to_le_bytes());
    header
}

/// A WAV file that grows.
#[derive(Debug)]
pub struct WavWriter {
    file: File,
    rate_hz: u32,
    /// Samples not yet handed to the system, as bytes.
    pending: Vec<u8>,
    /// Bytes of samples that the system has.
    data_bytes: u64,
    /// `data_bytes` that the header in the file states.
    stated_bytes: u64,
}

impl WavWriter {
    /// Makes the file, which must not exist, with an empty recording at `rate_hz`.
    ///
    /// # Errors
    /// The system's.
    pub fn create(path: &Path, rate_hz: u32) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(&header(rate_hz, 0))?;
        Ok(Self { file, rate_hz, pending: Vec::new(), data_bytes: 0, stated_bytes: 0 })
    }

    /// Samples taken so far, handed to the system or not.
    pub fn frames(&self) -> u64 {
        (self.data_bytes + self.pending.len() as u64) / FRAME_BYTES
    }

    /// Bytes that the file must have by now.
    pub fn file_bytes(&self) -> u64 {
        HEADER_BYTES + self.data_bytes
    }

    /// Takes samples (−1 … 1); hands them to the system once a quarter of a second has gathered.
    ///
    /// # Errors
    /// The system's; call [`WavWriter::salvage`] then.
    pub fn push(&mut self, samples: &[f32]) -> io::Result<()> {
        // In pieces, so that one huge call neither doubles the memory nor leaves a long tail unwritten.
        let quarter = (self.rate_hz as usize / 4).max(1);
        for piece in samples.chunks(quarter) {
            // The scale of the decoders: what came from a 16-bit file is stored bit for bit. `as` saturates, NaN gives 0.
            self.pending.extend(piece.iter().flat_map(|sample| ((sample * 32_768.0).round() as i16).to_le_bytes()));
            if self.pending.len() >= quarter * FRAME_BYTES as usize {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Hands everything taken so far to the system: from here on, only a power cut can lose it.
    ///
    /// # Errors
    /// The system's; call [`WavWriter::salvage`] then.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.pending)?;
        self.data_bytes += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Makes the header state what the system has.
    ///
    /// # Errors
    /// The system's.
    pub fn patch_header(&mut self) -> io::Result<()> {
        if self.stated_bytes != self.data_bytes {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&header(self.rate_hz, self.data_bytes))?;
            self.file.seek(SeekFrom::Start(self.file_bytes()))?;
            self.stated_bytes = self.data_bytes;
        }
        Ok(())
    }

    /// Waits until the disk has everything that the system has.
    ///
    /// # Errors
    /// The system's.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// After a failed write: drops half a sample at the end and states what is there. Needs no space.
    ///
    /// # Errors
    /// The system's; the file can still be repaired later.
    pub fn salvage(&mut self) -> io::Result<()> {
        self.pending.clear();
        let length = self.file.metadata()?.len();
        self.data_bytes = whole_frames(length);
        if length > self.file_bytes() {
            self.file.set_len(self.file_bytes())?;
        }
        self.patch_header()
    }
}

/// Bytes of whole samples in a file of `length` bytes.
fn whole_frames(length: u64) -> u64 {
    length.saturating_sub(HEADER_BYTES) / FRAME_BYTES * FRAME_BYTES
}

/// What a recording on disk turned out to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavState {
    /// Rate in Hz.
    pub rate_hz: u32,
    /// Whole samples, counted from the file's length; the header is not believed.
    pub frames: u64,
    /// Whether header and length agree.
    pub sound: bool,
}

/// Looks at a recording that [`WavWriter`] made, however it was left. `rate_hz` is believed where the file's own
/// header cannot be; without either, none.
///
/// # Errors
/// The system's.
pub fn inspect(path: &Path, rate_hz: Option<u32>) -> io::Result<Option<WavState>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = Vec::with_capacity(HEADER_BYTES as usize);
    (&file).take(HEADER_BYTES).read_to_end(&mut start)?;
    let data_bytes = whole_frames(length);
    // The rate stands in bytes 24 to 27; the rest must be what this program writes around it.
    let own_rate = start
        .get(24..28)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes)
        .filter(|&rate| rate > 0 && start[8..40] == header(rate, 0)[8..40]);
    Ok(own_rate.or(rate_hz.filter(|&rate| rate > 0)).map(|rate_hz| WavState {
        rate_hz,
        frames: data_bytes / FRAME_BYTES,
        sound: length == HEADER_BYTES + data_bytes && start == header(rate_hz, data_bytes),
    }))
}

/// Makes header and length of the recording agree, as `state` found them: half a sample at the end goes, a damaged
/// header is written anew.
///
/// # Errors
/// The system's.
pub fn repair(path: &Path, state: WavState) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let data_bytes = state.frames * FRAME_BYTES;
    file.write_all(&header(state.rate_hz, data_bytes))?;
    file.set_len(HEADER_BYTES + data_bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_do_not_fit_say_unknown() {
        let sizes = |bytes: u64| {
            let header = header(192_000, bytes);
            let size = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
            (size(4), size(40))
        };
        assert_eq!(sizes(0), (36, 0));
        assert_eq!(sizes(4_294_967_258), (4_294_967_294, 4_294_967_258));
        // One more frame would make the outer size 0x1_0000_0000.
        assert_eq!(sizes(4_294_967_260), (UNKNOWN_SIZE, UNKNOWN_SIZE));
        assert_eq!(sizes(11_059_200_000), (UNKNOWN_SIZE, UNKNOWN_SIZE));
    }
}
