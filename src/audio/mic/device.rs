//! Which sound devices there are, and how one of them is found and described. Shared with the playback.

use crate::audio::source::AudioError;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, Device, ErrorKind, StreamConfig, SupportedBufferSize, SupportedStreamConfig};

/// Blocks per second that devices are asked for. Left to themselves, some hold 20 ms in all, which is lost whenever the
/// processor is busy for longer; 40 ms and as much again in reserve are still soon enough for a display.
const BLOCKS_PER_S: u32 = 25;
/// Highest number of channels that is mixed down.
const MAX_CHANNELS: u16 = 64;
/// Plugins of ALSA that are parts of other devices, discard their sound or are of no use to people.
const ALSA_PARTS: [&str; 24] = [
    "null",
    "hw",
    "sysdefault",
    "front",
    "rear",
    "center_lfe",
    "side",
    "iec958",
    "spdif",
    "hdmi",
    "dmix",
    "dsnoop",
    "usbstream",
    "samplerate",
    "speexrate",
    "lavrate",
    "speex",
    "upmix",
    "vdownmix",
    "jack",
    "oss",
    "modem",
    "phoneline",
    "cards",
];

/// Which way the sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Microphones.
    Input,
    /// Loudspeakers and headphones.
    Output,
}

/// A device as people choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Stays the same between starts of the program and while other devices come and go.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether the system uses it when nothing is chosen.
    pub is_default: bool,
    /// The rate that it would be opened with, in Hz.
    pub rate_hz: u32,
    /// The channels that it would be opened with.
    pub channels: u16,
}

impl Direction {
    fn noun(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "loudspeaker",
        }
    }

    fn default_device(self) -> Option<Device> {
        let host = cpal::default_host();
        match self {
            Self::Input => host.default_input_device(),
            Self::Output => host.default_output_device(),
        }
    }

    /// The configuration that `device` is opened with.
    pub fn config(self, device: &Device) -> Result<SupportedStreamConfig, cpal::Error> {
        match self {
            Self::Input => device.default_input_config(),
            Self::Output => device.default_output_config(),
        }
    }
}

/// Keeps ALSA from writing its many messages to the terminal; what matters comes as an error value as well.
///
/// Holds for the calling thread, until it ends.
pub fn quiet() {
    // A failure leaves the messages where they were, which is no reason to stop.
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}

/// The devices that can be opened now, the default first.
pub fn list(direction: Direction) -> Result<Vec<DeviceInfo>, AudioError> {
    let described = |(device, is_default): &(Device, bool)| {
        let config = direction.config(device).ok().filter(is_supported)?;
        Some(DeviceInfo {
            id: id_of(device),
            name: name_of(device),
            is_default: *is_default,
            rate_hz: config.sample_rate(),
            channels: config.channels(),
        })
    };
    Ok(candidates(direction)?.iter().filter_map(described).collect())
}

/// The device that `wanted` means: an id, a name, or a part of a name in any case; the default when `None`.
///
/// # Errors
/// [`AudioError::NoSuchDevice`] with the names present, or [`AudioError::NoDevice`] when there is no default.
pub fn find(direction: Direction, wanted: Option<&str>) -> Result<Device, AudioError> {
    quiet();
    let none = AudioError::NoDevice { direction: direction.noun() };
    let Some(wanted) = wanted.map(str::trim).filter(|wanted| !wanted.is_empty()) else {
        return direction.default_device().ok_or(none);
    };
    let devices: Vec<Device> = candidates(direction)?.into_iter().map(|(device, _)| device).collect();
    let lower = wanted.to_lowercase();
    let tests: [&dyn Fn(&Device) -> bool; 3] =
        [&|device| id_of(device) == wanted, &|device| name_of(device).to_lowercase() == lower, &|device| {
            name_of(device).to_lowercase().contains(&lower) || id_of(device).to_lowercase().contains(&lower)
        }];
    if let Some(found) = tests.iter().find_map(|test| devices.iter().find(|device| test(device))) {
        return Ok(found.clone());
    }
    let names: Vec<String> = list(direction)?.into_iter().map(|device| device.name).collect();
    let present = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Err(AudioError::NoSuchDevice { name: wanted.into(), present })
}

/// The device with this id, if it is present.
pub fn by_id(direction: Direction, id: &str) -> Option<Device> {
    let default = direction.default_device().filter(|device| id_of(device) == id);
    default.or_else(|| candidates(direction).ok()?.into_iter().map(|(device, _)| device).find(|d| id_of(d) == id))
}

/// Identifies a device between starts.
pub fn id_of(device: &Device) -> String {
    device.id().map(|id| id.to_string()).unwrap_or_default()
}

/// The device's name for people.
pub fn name_of(device: &Device) -> String {
    device.description().map_or_else(|_| id_of(device), |description| description.name().to_owned())
}

/// Whether sound in this form can be taken.
pub fn is_supported(config: &SupportedStreamConfig) -> bool {
    let rate_fits = (1..=crate::audio::resample::MAX_RATE_HZ).contains(&config.sample_rate());
    rate_fits && (1..=MAX_CHANNELS).contains(&config.channels()) && !config.sample_format().is_dsd()
}

/// How the stream is opened: in blocks of a sensible length, where the device can be told.
pub fn stream_config(config: &SupportedStreamConfig) -> StreamConfig {
    let frames = config.sample_rate() / BLOCKS_PER_S;
    let buffer_size = match config.buffer_size() {
        SupportedBufferSize::Range { min, max } if min < max => BufferSize::Fixed(frames.clamp(*min, *max)),
        _ => BufferSize::Default,
    };
    StreamConfig { buffer_size, ..config.config() }
}

/// The library's error as a sentence with a remedy.
pub fn explain(error: &cpal::Error, name: &str, direction: Direction) -> AudioError {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => {
            "allow this program to use it in the system's privacy settings (on Linux, the user must be in the group `audio`)"
        }
        ErrorKind::DeviceBusy => "close the other program that uses it or choose another device",
        ErrorKind::DeviceNotAvailable => "plug it in again or choose another device",
        ErrorKind::HostUnavailable => "start the system's sound service",
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => {
            "set another format in the system's sound settings or choose another device"
        }
        _ => "check the system's sound settings or choose another device",
    };
    let reason = error.to_string();
    let reason = reason.trim().trim_end_matches('.').replace(". ", ", ").replace('\n', " ");
    let name = if name.is_empty() { format!("the {}", direction.noun()) } else { name.into() };
    AudioError::Device { name, reason, remedy: remedy.into() }
}

/// The same for a device that cannot be opened: where the default cannot, there is usually no device at all.
pub fn explain_opening(error: &cpal::Error, found: &Device, wanted: Option<&str>, direction: Direction) -> AudioError {
    let absent = matches!(error.kind(), ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable);
    let nothing_else = || list(direction).is_ok_and(|devices| devices.is_empty());
    if wanted.is_none() && error.kind() != ErrorKind::PermissionDenied && (absent || nothing_else()) {
        return AudioError::NoDevice { direction: direction.noun() };
    }
    explain(error, &name_of(found), direction)
}

/// All devices worth showing and whether they are the default, which comes first.
fn candidates(direction: Direction) -> Result<Vec<(Device, bool)>, AudioError> {
    quiet();
    let host = cpal::default_host();
    let listed = match direction {
        Direction::Input => host.input_devices().map(|devices| devices.collect::<Vec<_>>()),
        Direction::Output => host.output_devices().map(|devices| devices.collect::<Vec<_>>()),
    };
    let listed = listed.map_err(|error| explain(&error, "", direction))?;
    let default = direction.default_device();
    let default_id = default.as_ref().map(id_of);
    let ids: Vec<String> = listed.iter().map(id_of).collect();
    let rest = listed.into_iter().filter(|device| {
        let id = id_of(device);
        Some(&id) != default_id.as_ref() && is_for_people(&id, &ids)
    });
    Ok(default.into_iter().map(|device| (device, true)).chain(rest.map(|device| (device, false))).collect())
}

/// Whether a person would choose this device; only ALSA lists others.
fn is_for_people(id: &str, all: &[String]) -> bool {
    let Some(pcm) = id.strip_prefix("alsa:") else { return true };
    let (plugin, card) = pcm.split_once(':').unwrap_or((pcm, ""));
    if ALSA_PARTS.contains(&plugin) || plugin.starts_with("surround") {
        return false;
    }
    // The same card is listed by number and, where it has one, by name.
    let numbered = |card: &str| card.strip_prefix("CARD=").is_some_and(|c| c.starts_with(|c: char| c.is_ascii_digit()));
    let named_too = all.iter().any(|other| {
        other.strip_prefix("alsa:").and_then(|o| o.split_once(':')).is_some_and(|(p, c)| p == plugin && !numbered(c))
    });
    !(numbered(card) && named_too)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_devices_are_not_shown() {
        let all: Vec<String> = [
            "alsa:null",
            "alsa:default",
            "alsa:pulse",
            "alsa:surround51:CARD=PCH,DEV=0",
            "alsa:hw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=0,DEV=0",
            "alsa:jack",
            "alsa:my_headset",
            "wasapi:{x}",
        ]
        .map(String::from)
        .to_vec();
        let shown: Vec<&str> = all.iter().filter(|id| is_for_people(id, &all)).map(String::as_str).collect();
        assert_eq!(
            shown,
            ["alsa:default", "alsa:pulse", "alsa:plughw:CARD=PCH,DEV=0", "alsa:my_headset", "wasapi:{x}"]
        );
    }

    #[test]
    fn every_kind_of_error_becomes_one_sentence_with_a_remedy() {
        for kind in [ErrorKind::PermissionDenied, ErrorKind::DeviceBusy, ErrorKind::BackendError, ErrorKind::Other] {
            let message = explain(&cpal::Error::new(kind), "Jabra", Direction::Input).to_string();
            assert!(message.starts_with("cannot use Jabra: ") && message.contains("; "), "{message}");
            assert!(!message.contains(". ") && !message.contains('\n'), "{message}");
        }
    }
}
