//! WAV files with more channels than the decoder library has names for (it stops at 26): read as a mono file of
//! 32-bit floats that is made up on the fly, so that everything else, seeking included, works as for any recording.

use std::io::{self, Read, Seek, SeekFrom};

/// Up to this many channels the library reads itself.
const LIBRARY_CHANNELS: u16 = 26;
/// Length of the header that is made up.
const HEADER_BYTES: u64 = 44;
/// A `fmt ` chunk lies within the first bytes of any sane file.
const MOST_HEADER_BYTES: u64 = 1 << 20;

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unsigned8,
    Signed(u8),
    Float32,
}

/// A wide WAV file that reads like a mono one.
#[derive(Debug)]
pub struct WideWav<R> {
    inner: R,
    header: [u8; HEADER_BYTES as usize],
    form: Form,
    channels: u16,
    data_start: u64,
    frames: u64,
    position: u64,
    frame: Vec<u8>,
}

/// What the chunks before the sound say.
struct Format {
    form: Form,
    channels: u16,
    rate_hz: u32,
}

impl<R: Read + Seek> WideWav<R> {
    /// Takes over a WAV file that is too wide for the library; gives any other file back, rewound.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn new(mut inner: R) -> io::Result<Result<Self, R>> {
        let length = inner.seek(SeekFrom::End(0))?;
        inner.rewind()?;
        let found = find_sound(&mut inner, length)?;
        inner.rewind()?;
        let Some((format, data_start, data_bytes)) = found else { return Ok(Err(inner)) };
        let frame_bytes = u64::from(format.channels) * format.form.bytes();
        // Beyond 4 GiB the made-up header could not tell the length of its data.
        let frames = (data_bytes / frame_bytes).min(u64::from(u32::MAX) / 4 - HEADER_BYTES);
        Ok(Ok(Self {
            inner,
            header: header(format.rate_hz, frames as u32 * 4),
            form: format.form,
            channels: format.channels,
            data_start,
            frames,
            position: 0,
            frame: vec![0; frame_bytes as usize],
        }))
    }

    /// Channels of the file as it is.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Length of the mono file, bytes.
    pub fn byte_len(&self) -> u64 {
        HEADER_BYTES + self.frames * 4
    }

    /// The mean over the channels of the frame that comes next in `inner`.
    fn next_mono(&mut self) -> io::Result<f32> {
        self.inner.read_exact(&mut self.frame)?;
        let form = self.form;
        let samples = self.frame.chunks_exact(form.bytes() as usize).map(|bytes| form.sample(bytes));
        Ok(samples.sum::<f32>() / f32::from(self.channels))
    }
}

impl Form {
    fn bytes(self) -> u64 {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed(bytes) => u64::from(bytes),
            Self::Float32 => 4,
        }
    }

    fn sample(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, &[byte]) => (f32::from(byte) - 128.0) / 128.0,
            (Self::Signed(_), &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Self::Signed(_), &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0,
            (Self::Signed(_), &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (Self::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            _ => 0.0,
        }
    }
}

/// Walks the chunks; answers with the format, the place and the length of the sound of a WAV file that is too wide.
fn find_sound<R: Read + Seek>(file: &mut R, length: u64) -> io::Result<Option<(Format, u64, u64)>> {
    let mut riff = [0; 12];
    if length < 12 || file.read_exact(&mut riff).is_err() || &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
        return Ok(None);
    }
    let mut format = None;
    let mut at = 12;
    while at + 8 <= length && at < MOST_HEADER_BYTES {
        file.seek(SeekFrom::Start(at))?;
        let mut chunk = [0; 8];
        file.read_exact(&mut chunk)?;
        let bytes = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
        match (&chunk[..4], &format) {
            (b"fmt ", _) => format = wide_format(file, bytes)?,
            (b"data", Some(_)) => {
                let start = at + 8;
                return Ok(format.map(|format| (format, start, bytes.min(length - start))));
            }
            _ => {}
        }
        at += 8 + bytes + bytes % 2;
    }
    Ok(None)
}

/// The format in a `fmt ` chunk when it is wide and its samples are of a form known here.
fn wide_format<R: Read>(file: &mut R, bytes: u64) -> io::Result<Option<Format>> {
    let mut fields = Vec::new();
    file.take(bytes.min(40)).read_to_end(&mut fields)?;
    let short = |at: usize| fields.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let (Some(tag), Some(channels), Some(bits)) = (short(0), short(2), short(14)) else { return Ok(None) };
    // The extensible form keeps the real tag at the start of its sub-format.
    let tag = if tag == 0xfffe { short(24).unwrap_or(0) } else { tag };
    let form = match (tag, bits) {
        (1, 8) => Form::Unsigned8,
        (1, 16) => Form::Signed(2),
        (1, 24) => Form::Signed(3),
        (1, 32) => Form::Signed(4),
        (3, 32) => Form::Float32,
        _ => return Ok(None),
    };
    let rate_hz = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
    Ok((channels > LIBRARY_CHANNELS).then_some(Format { form, channels, rate_hz }))
}

/// The header of a mono file of 32-bit floats.
fn header(rate_hz: u32, data_bytes: u32) -> [u8; HEADER_BYTES as usize] {
    let mut header = [0; HEADER_BYTES as usize];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        header[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&(data_bytes + 36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&3_u16.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&rate_hz.to_le_bytes());
    put(&rate_hz.wrapping_mul(4).to_le_bytes());
    put(&4_u16.to_le_bytes());
    put(&32_u16.to_le_bytes());
    put(b"data");
    put(&data_bytes.to_le_bytes());
    header
}

impl<R: Read + Seek> Read for WideWav<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.position < HEADER_BYTES {
            let from = self.position as usize;
            let count = out.len().min(self.header.len() - from);
            out[..count].copy_from_slice(&self.header[from..from + count]);
            self.position += count as u64;
            return Ok(count);
        }
        let sample = (self.position - HEADER_BYTES) / 4;
        let mut skip = ((self.position - HEADER_BYTES) % 4) as usize;
        if sample >= self.frames || out.is_empty() {
            return Ok(0);
        }
        self.inner.seek(SeekFrom::Start(self.data_start + sample * self.frame.len() as u64))?;
        let mut written = 0;
        let mut left = self.frames - sample;
        while written < out.len() && left > 0 {
            let mono = self.next_mono()?.to_le_bytes();
            let count = (4 - skip).min(out.len() - written);
            out[written..written + count].copy_from_slice(&mono[skip..skip + count]);
            written += count;
            skip = 0;
            left -= 1;
        }
        self.position += written as u64;
        Ok(written)
    }
}

impl<R: Read + Seek> Seek for WideWav<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.byte_len().checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn wide(channels: u16, samples: &[i16]) -> Vec<u8> {
        let mut file = header(8_000, (samples.len() * 2) as u32).to_vec();
        file[20..22].copy_from_slice(&1_u16.to_le_bytes());
        file[22..24].copy_from_slice(&channels.to_le_bytes());
        file[32..34].copy_from_slice(&(channels * 2).to_le_bytes());
        file[34..36].copy_from_slice(&16_u16.to_le_bytes());
        file.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
        file
    }

    #[test]
    fn the_channels_are_averaged_and_any_piece_can_be_read() {
        let samples: Vec<i16> =
            (0..10).flat_map(|frame| (0..32).map(move |c| if c < 16 { frame * 1000 } else { 0 })).collect();
        let mut file = WideWav::new(Cursor::new(wide(32, &samples))).expect("readable").expect("wide");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("readable");
        assert_eq!(bytes.len() as u64, file.byte_len());
        let sample = f32::from_le_bytes([bytes[56], bytes[57], bytes[58], bytes[59]]);
        assert!((sample - 1500.0 / 32_768.0).abs() < 1e-6);
        let mut piece = [0; 7];
        file.seek(SeekFrom::Start(51)).expect("seekable");
        file.read_exact(&mut piece).expect("readable");
        assert_eq!(piece, bytes[51..58]);
    }

    #[test]
    fn ordinary_files_are_given_back() {
        assert!(WideWav::new(Cursor::new(wide(2, &[1, 2, 3, 4]))).expect("readable").is_err());
        assert!(WideWav::new(Cursor::new(b"RIFFxxxxWAVEfmt ".to_vec())).expect("readable").is_err());
        assert!(WideWav::new(Cursor::new(Vec::new())).expect("readable").is_err());
    }
}
