//! Every text exists, in both languages.

use super::*;

/// Keys of a locale file: two spaces an indentation, one key a line.
fn keys(file: &str) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    let mut keys = Vec::new();
    for line in file.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('_')) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let (key, value) = line.trim().split_once(':').expect("a key and a colon");
        path.truncate(depth);
        path.push(key.trim_matches('"').to_owned());
        if !value.trim().is_empty() {
            keys.push(path.join("."));
        }
    }
    keys
}

fn sources(folder: &std::path::Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else {
            out.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_text_exists_in_both_languages_and_every_key_used_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let zh = keys(&std::fs::read_to_string(root.join("assets/locales/zh.yml")).unwrap());
    let en = keys(&std::fs::read_to_string(root.join("assets/locales/en.yml")).unwrap());
    assert_eq!(zh, en, "the two files have the same keys in the same order");
    let tops: std::collections::BTreeSet<&str> = zh.iter().filter_map(|key| key.split('.').next()).collect();
    let mut text = String::new();
    sources(&root.join("src/ui"), &mut text);
    let mut used = 0;
    for quoted in text.split('"').skip(1).step_by(1) {
        let is_key = quoted.split_once('.').is_some_and(|(top, _)| tops.contains(top))
            && !quoted.ends_with(".json")
            && quoted.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
        if is_key {
            used += 1;
            // A key without a text comes back as itself.
            assert!(!rust_i18n_text(quoted).ends_with(quoted), "no text for {quoted}");
        }
    }
    assert!(used > 80, "the test looks at the right files: {used}");
    for kind in [
        FlagKind::FastSpeech,
        FlagKind::SlowSpeech,
        FlagKind::Monotone,
        FlagKind::TooQuiet,
        FlagKind::TooLoud,
        FlagKind::BannedWording,
        FlagKind::DiscouragedWording,
        FlagKind::LongPause,
        FlagKind::QuestionVolley,
        FlagKind::UnexplainedHold,
    ] {
        for key in ["name", "message", "suggestion"] {
            assert!(zh.contains(&format!("flag.{}.{key}", kind.name())));
        }
        let nudge = rust_i18n_text(&format!("nudge.{}", kind.name()));
        assert!(nudge.chars().count() <= 4, "{nudge} is longer than four characters");
    }
}

fn rust_i18n_text(key: &str) -> String {
    voicemirror::ui::words::Words::new(Locale::Zh).tr(key)
}

#[test]
fn every_command_has_its_texts() {
    use voicemirror::engine::judge::Amendment;
    use voicemirror::practice::pack_editor::{EntryKey, ItemKey};
    use voicemirror::ui::command::Command;
    let words = [Locale::Zh, Locale::En].map(voicemirror::ui::words::Words::new);
    let commands = [
        Command::Start,
        Command::StartDemo,
        Command::Stop,
        Command::TogglePause,
        Command::Open(Page::FirstRun),
        Command::Open(Page::Live),
        Command::Open(Page::Sessions),
        Command::Open(Page::Settings),
        Command::Back,
        Command::OpenSession(String::new()),
        Command::OpenLatest,
        Command::Recover(String::new()),
        Command::AskDelete(String::new()),
        Command::Delete(String::new()),
        Command::KeepSession,
        Command::TogglePlay,
        Command::Seek(0.0),
        Command::PlayFrom(0.0),
        Command::Skip(-1.0),
        Command::Skip(1.0),
        Command::Zoom(0.5),
        Command::Zoom(2.0),
        Command::Pan(1.0),
        Command::ToggleSupervisor,
        Command::RefreshDevices,
        Command::SetDevice(None),
        Command::CheckMicrophone,
        Command::FinishFirstRun,
        Command::SetLocale(Locale::Zh),
        Command::SetTheme(ThemeChoice::Dark),
        Command::SetFontScale(1.0),
        Command::SetProfile(String::new()),
        Command::SetLanguage(Language::Zh),
        Command::SetSaveSessions(true),
        Command::Model(ModelAction::Get(String::new())),
        Command::Model(ModelAction::Pause(String::new())),
        Command::Model(ModelAction::Remove(String::new())),
        Command::Model(ModelAction::Use(String::new())),
        Command::Model(ModelAction::Add(std::path::PathBuf::new())),
        Command::AskRemoveModel(String::new()),
        Command::SetModelSource(String::new()),
        Command::SetModelMirror(String::new()),
        Command::Amend(Amendment::Dismiss { flag: 0 }),
        Command::Amend(Amendment::Restore { flag: 0 }),
        Command::Amend(Amendment::PhaseBegins { phase: CallPhase::Opening, at: None }),
        Command::Amend(Amendment::PhaseBegins { phase: CallPhase::Opening, at: Some(SampleTime::ZERO) }),
        Command::Amend(Amendment::Note { at: SampleTime::ZERO, text: String::new() }),
        Command::Amend(Amendment::RemoveNote { at: SampleTime::ZERO }),
        Command::ToggleNotes,
        Command::RestoreDismissal(1),
        Command::Open(Page::Wording),
        Command::Wording(WordingAction::Use(None)),
        Command::Wording(WordingAction::Create(String::new())),
        Command::Wording(WordingAction::SwitchOff(String::new())),
        Command::Wording(WordingAction::SwitchOn(String::new())),
        Command::Wording(WordingAction::Rename { file: String::new(), name: String::new() }),
        Command::Wording(WordingAction::DeletePack(String::new())),
        Command::Wording(WordingAction::Delete(ItemKey::Entry(EntryKey {
            id: String::new(),
            level: HitLevel::Banned,
        }))),
        Command::TryWording(Box::default()),
        Command::DismissError,
    ];
    let ctx = egui::Context::default();
    for command in commands {
        for words in words {
            for text in [command.text(words), command.tooltip(words, &ctx)] {
                assert!(!text.is_empty() && !text.contains("command."), "{command:?}: {text}");
            }
        }
    }
}

#[test]
fn every_cue_has_a_name_for_people() {
    for (id, _) in voicemirror::wording::CUES {
        let key = format!("wording.cue.{}", id.to_lowercase());
        for locale in [Locale::Zh, Locale::En] {
            assert_ne!(voicemirror::ui::words::Words::new(locale).tr(&key), key);
        }
    }
}
