//! The profiles that come with the program, and those that trainers write.

use crate::session::profile::Profile;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const BUNDLED: [(&str, &str); 2] = [
    ("textbook", include_str!("../../assets/profiles/textbook.toml")),
    ("everyday-phone", include_str!("../../assets/profiles/everyday-phone.toml")),
];

/// What can be wrong with a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No bundled profile has this id, and it is no file.
    #[error("there is no profile {id:?}; choose one of {known} or give the path of a profile file (.toml)")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The ids there are.
        known: String,
    },
    /// The file cannot be read.
    #[error("cannot read the profile {path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is not a profile.
    #[error("the profile {origin} is not right: {reason}")]
    Invalid {
        /// File or id.
        origin: String,
        /// What is wrong, with line and column.
        reason: String,
    },
}

/// The default profile, for screens that show limits before there is a session. A test keeps every bundled profile
/// readable, so the empty one is never shown.
pub static STANDARD: LazyLock<Profile> = LazyLock::new(|| load(BUNDLED[0].0).unwrap_or_default());

/// Ids of the bundled profiles, the default first.
pub fn bundled_ids() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|(id, _)| *id)
}

/// The bundled profile `wanted`, or the one in the file `wanted`.
///
/// # Errors
/// [`ProfileError`] when there is none, or when its numbers make no sense.
pub fn load(wanted: &str) -> Result<Profile, ProfileError> {
    if let Some((id, text)) = BUNDLED.iter().find(|(id, _)| *id == wanted) {
        return parse(text, id);
    }
    let path = Path::new(wanted);
    if path.extension().is_some_and(|ending| ending == "toml") || path.exists() {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ProfileError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
        return parse(&text, wanted);
    }
    let known = bundled_ids().collect::<Vec<_>>().join(", ");
    Err(ProfileError::Unknown { id: wanted.to_owned(), known })
}

fn parse(text: &str, origin: &str) -> Result<Profile, ProfileError> {
    let invalid = |reason: String| ProfileError::Invalid { origin: origin.to_owned(), reason };
    let profile: Profile =
        toml::from_str(text).map_err(|error| invalid(error.to_string().trim().replace('\n', " ")))?;
    for (name, pace) in [("pace_zh", profile.pace_zh), ("pace_en", profile.pace_en)] {
        let steps = [
            0.0,
            pace.slow_per_min,
            pace.good_min_per_min,
            pace.good_max_per_min,
            pace.fast_per_min,
            pace.very_fast_per_min,
        ];
        // Not-a-number compares false, so it is refused as well.
        if !steps.windows(2).all(|pair| pair[0] <= pair[1]) {
            return Err(invalid(format!("the limits of [{name}] must rise from slow_per_min to very_fast_per_min")));
        }
    }
    let pause = profile.pause;
    if !(pause.min_s > 0.0 && pause.min_s <= pause.dead_air_watch_s && pause.dead_air_watch_s <= pause.dead_air_bad_s) {
        return Err(invalid("[pause] needs 0 < min_s ≤ dead_air_watch_s ≤ dead_air_bad_s".into()));
    }
    let window = profile.pace_window;
    if !(3.0..=120.0).contains(&window.window_s) || !(0.0..=window.window_s).contains(&window.min_speech_s) {
        return Err(invalid("[pace_window] needs window_s from 3 to 120 and min_speech_s within it".into()));
    }
    let delivery = profile.delivery;
    if !(0.0..=1.0).contains(&delivery.monotone_below)
        || !(delivery.monotone_below..=1.0).contains(&delivery.lively_above)
    {
        return Err(invalid("[delivery] needs 0 ≤ monotone_below ≤ lively_above ≤ 1".into()));
    }
    let service = profile.service;
    // Not-a-number compares false, so it is refused as well.
    let silences =
        service.volley_gap_s >= 0.0 && 0.0 <= service.unannounced_s && service.unannounced_s <= service.hold_s;
    if !silences {
        return Err(invalid("[service] needs volley_gap_s ≥ 0 and 0 ≤ unannounced_s ≤ hold_s".into()));
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_profile_is_right() {
        for id in bundled_ids() {
            assert_eq!(load(id).expect("a bundled profile").id, id);
        }
        assert_eq!(STANDARD.id, "textbook");
    }

    #[test]
    fn an_unknown_profile_names_those_there_are() {
        let sentence = load("fast").expect_err("no such profile").to_string();
        assert!(sentence.contains("textbook") && sentence.contains("everyday-phone"), "{sentence}");
    }

    #[test]
    fn a_typo_is_named_with_its_line() {
        let text = BUNDLED[0].1.replace("min_s = 0.25", "mins_s = 0.25");
        let sentence = parse(&text, "my.toml").expect_err("a typo").to_string();
        assert!(sentence.contains("line ") && sentence.contains("mins_s"), "{sentence}");
        let text = BUNDLED[0].1.replace("slow_per_min = 100.0", "slow_per_min = nan");
        assert!(parse(&text, "my.toml").is_err());
    }
}
