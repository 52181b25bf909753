//! What can be asked for on the command line.

use crate::session::event::Language;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Voice Mirror (声镜): a voice coach for customer-service agents, on this machine alone.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  voicemirror                                   open the window
  voicemirror demo                              the window, fed by a bundled recording; needs no microphone
  voicemirror analyze call.wav                  a report of a recording
  voicemirror analyze *.flac --json - > r.json  the same for several, as JSON
  voicemirror live --seconds 60 --save          listen for a minute without a window and keep the session
  voicemirror sessions list                     saved sessions

Exit codes: 0 fine, 1 failed, 2 bad usage."
)]
pub struct Args {
    /// Language of messages: zh (the default) or en
    #[arg(long, global = true, value_name = "zh|en")]
    pub locale: Option<String>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// The window (or the terminal), fed by a bundled recording at real speed; needs no microphone
    Demo {
        /// Print the live flags and the report instead of opening the window
        #[arg(long)]
        no_window: bool,
    },
    /// A report of recordings: wav, flac, mp3, ogg or m4a, any rate, any channels
    #[command(after_help = "\
Examples:
  voicemirror analyze call.wav
  voicemirror analyze call.wav --json - --no-text
  voicemirror analyze call.wav --threads 1
  voicemirror analyze a.flac b.mp3 --json reports.json --tracks tracks/")]
    Analyze(AnalyzeArgs),
    /// The live pipeline without a window: flags appear as they are raised; Ctrl-C ends it
    #[command(after_help = "\
Examples:
  voicemirror live --seconds 60 --save
  voicemirror live --device \"Jabra\" --json report.json
  voicemirror live --from call.wav --json report.json")]
    Live(LiveArgs),
    /// Microphones and loudspeakers
    Devices,
    /// Speech models: list, fetch, check, remove, add
    #[command(after_help = "\
Examples:
  voicemirror models get small-q5_1
  voicemirror models get small-q5_1 --source https://hf-mirror.com
  voicemirror models add ~/Downloads/ggml-small-q5_1.bin")]
    Models {
        #[command(subcommand)]
        command: Option<ModelsCommand>,
    },
    /// Saved sessions
    Sessions {
        #[command(subcommand)]
        command: Option<SessionsCommand>,
    },
    /// Findings that were said not to count: list them, take one back
    Dismissals {
        #[command(subcommand)]
        command: Option<DismissalsCommand>,
    },
    /// Wording packs
    Packs {
        #[command(subcommand)]
        command: PacksCommand,
    },
}

/// Language of the speech.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Lang {
    #[default]
    Zh,
    En,
    Auto,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Zh => Self::Zh,
            Lang::En => Self::En,
            Lang::Auto => Self::Auto,
        }
    }
}

/// What a session is judged with.
#[derive(clap::Args)]
pub struct SetupArgs {
    /// Language of the speech
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Profile: textbook, everyday-phone, or a file
    #[arg(long, default_value = "textbook", value_name = "ID")]
    pub profile: String,
    /// Wording pack: zh-service, en-service, or a file
    #[arg(long, value_name = "PATH")]
    pub pack: Option<String>,
    /// Speech model: a file, or an id that `voicemirror models` lists
    #[arg(long, value_name = "PATH")]
    pub model: Option<PathBuf>,
    /// Measure the voice only, without text
    #[arg(long)]
    pub no_text: bool,
    /// Processor threads for the text, 1 to 64 (default: what this machine has, up to 4; live, one core less)
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: Option<u8>,
}

impl SetupArgs {
    /// Threads for the text: those asked for, or else `usual`.
    pub fn threads_or(&self, usual: usize) -> usize {
        self.threads.map_or(usual, usize::from)
    }
}

#[derive(clap::Args)]
pub struct AnalyzeArgs {
    /// Recordings
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Write the report as JSON to a file, or - for standard output (several recordings: one array)
    #[arg(long, value_name = "PATH|-")]
    pub json: Option<PathBuf>,
    /// Write pitch, level and speech every 10 ms as CSV (several recordings: a folder)
    #[arg(long, value_name = "CSV|DIR")]
    pub tracks: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct LiveArgs {
    /// Microphone: its name (a part is enough) or id as `voicemirror devices` lists it
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// A recording in place of the microphone, at real speed: wav, flac, mp3, ogg or m4a
    #[arg(long, value_name = "FILE", conflicts_with = "device")]
    pub from: Option<PathBuf>,
    /// Stop after so many seconds
    #[arg(long, value_name = "N")]
    pub seconds: Option<f64>,
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Write the report as JSON to a file, or - for standard output
    #[arg(long, value_name = "PATH|-")]
    pub json: Option<PathBuf>,
    /// Keep the session
    #[arg(long)]
    pub save: bool,
}

#[derive(Subcommand)]
pub enum ModelsCommand {
    /// The models that are known, and which are here
    List {
        /// As JSON to a file, or - for standard output
        #[arg(long, value_name = "PATH|-", num_args = 0..=1, default_missing_value = "-")]
        json: Option<PathBuf>,
    },
    /// Fetch a model, or the rest of one; Ctrl-C pauses it
    Get {
        /// Id, as `voicemirror models` lists it
        id: String,
        /// Site to fetch from instead of those in the settings; given again, the one to try next
        #[arg(long, value_name = "URL")]
        source: Vec<String>,
    },
    /// Check a model file (the bundled one if none is named)
    Verify {
        /// File or id
        model: Option<PathBuf>,
    },
    /// Remove a model from this machine
    Remove {
        /// Id, or name of a file that the catalogue does not know
        id: String,
    },
    /// Take in a model file that came in another way
    Add {
        /// The file
        path: PathBuf,
    },
}

#[derive(Subcommand, Default)]
pub enum SessionsCommand {
    /// All saved sessions, newest first
    #[default]
    List,
    /// The report of one session
    Show {
        /// Id, the beginning of one, or `last`
        id: String,
        /// As JSON to a file, or - for standard output
        #[arg(long, value_name = "PATH|-")]
        json: Option<PathBuf>,
        /// Judge it again with another profile (its measurements stay)
        #[arg(long, value_name = "ID")]
        profile: Option<String>,
    },
    /// Copy a session's recording and report into a folder
    Export {
        /// Id, the beginning of one, or `last`
        id: String,
        /// The folder; made if it is not there
        folder: PathBuf,
    },
    /// Repair sessions that a crash has cut off
    Recover {
        /// Id; all that need it when none is given
        id: Option<String>,
    },
    /// Delete a session for good
    Delete {
        /// Id
        id: String,
    },
}

#[derive(Subcommand, Default)]
pub enum DismissalsCommand {
    /// All that are kept, oldest first
    #[default]
    List,
    /// Take one back: the same words are flagged again in sessions to come
    Restore {
        /// Number, as the list shows it
        id: u32,
    },
}

#[derive(Subcommand)]
pub enum PacksCommand {
    /// Check a pack: its form, and that its examples hit and miss as they should
    Check {
        /// The pack file, or the id of a bundled pack
        file: String,
    },
    /// Bundled packs
    List,
    /// Try sentences on a pack: every line is one turn of the agent
    #[command(after_help = "\
Examples:
  voicemirror packs try                          type a sentence, see what is found in it
  voicemirror packs try my-pack.toml lines.txt --json > found.json
  voicemirror packs try --call call.txt

In a call, lines that begin with 客户： or C: are the customer's and are not listened to, and a line such as
@ 45 is so many seconds of silence. Empty lines and those that begin with # are passed over.")]
    Try(TryArgs),
}

#[derive(clap::Args)]
pub struct TryArgs {
    /// The pack file, or the id of a bundled pack (default: zh-service)
    #[arg(value_name = "PACK")]
    pub pack: Option<String>,
    /// Text in UTF-8, or - for standard input (the default)
    #[arg(value_name = "FILE|-")]
    pub file: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// The lines are one call and follow each other
    #[arg(long)]
    pub call: bool,
}

impl TryArgs {
    /// The pack and the text; a lone argument that is no pack is the text.
    pub fn pack_and_file(&self) -> (&str, Option<&Path>) {
        const USUAL: &str = "zh-service";
        let file = self.file.as_deref().filter(|file| *file != Path::new("-"));
        match (self.pack.as_deref(), &self.file) {
            (Some("-"), None) => (USUAL, None),
            (Some(only), None) if !only.ends_with(".toml") && Path::new(only).is_file() => {
                (USUAL, Some(Path::new(only)))
            }
            (pack, _) => (pack.unwrap_or(USUAL), file),
        }
    }
}
