//! The user's choices on disk, `settings.json` in the data folder: the window keeps all of them there, the command
//! line reads and changes those about speech models and leaves the rest alone.

use crate::session::store::{StoreError, write_whole};
use crate::speech::source::ModelSettings;
use serde_json::{Map, Value};
use std::path::Path;

/// File of the settings, in the data folder.
const FILE: &str = "settings.json";
/// Key of the choices about speech models.
const MODELS_KEY: &str = "models";

/// All choices; none when there is no file, or one that cannot be read.
pub fn read(root: &Path) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(root.join(FILE)).ok()?).ok()
}

/// Keeps all choices.
///
/// # Errors
/// [`StoreError::Io`].
pub fn write(root: &Path, choices: &Value) -> Result<(), StoreError> {
    // As a whole and readable by people: `{:#}` of a value is JSON and cannot fail.
    write_whole(&root.join(FILE), format!("{choices:#}").as_bytes())
}

/// The choices about speech models.
pub fn models(root: &Path) -> ModelSettings {
    let choices = read(root).and_then(|mut choices| choices.get_mut(MODELS_KEY).map(Value::take));
    choices.and_then(|models| serde_json::from_value(models).ok()).unwrap_or_default()
}

/// Goes back to the bundled model if one of `names` (id, file name) was chosen; true when it was.
///
/// # Errors
/// [`StoreError::Io`].
pub fn forget_model(root: &Path, names: &[&str]) -> Result<bool, StoreError> {
    let Some(mut choices) = read(root) else { return Ok(false) };
    let models = choices.get_mut(MODELS_KEY).and_then(Value::as_object_mut);
    let chosen = |models: &Map<String, Value>| models.get("chosen").and_then(Value::as_str).map(str::to_owned);
    match models {
        Some(models) if chosen(models).is_some_and(|chosen| names.contains(&chosen.as_str())) => {
            models.insert("chosen".to_owned(), Value::Null);
        }
        _ => return Ok(false),
    }
    write(root, &choices)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_removed_model_is_forgotten_and_every_other_choice_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(models(folder.path()), ModelSettings::default());
        let choices = json!({"theme": "dark", "models": {"chosen": "small-q5_1", "mirror": ""}});
        write(folder.path(), &choices).expect("write");
        assert_eq!(models(folder.path()).chosen.as_deref(), Some("small-q5_1"));
        assert!(!forget_model(folder.path(), &["small-q8_0"]).expect("nothing to do"));
        assert!(forget_model(folder.path(), &["small-q5_1", "ggml-small-q5_1.bin"]).expect("forgotten"));
        let choices = read(folder.path()).expect("choices");
        assert_eq!(choices, json!({"theme": "dark", "models": {"chosen": null, "mirror": ""}}));
    }
}
