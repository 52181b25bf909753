//! `voicemirror packs`.

use super::analyze::setup_failure;
use super::args::PacksCommand;
use super::{Failure, Outcome, output};
use crate::practice::setup::read_pack;
use crate::wording::{Pack, check};
use anyhow::anyhow;
use std::path::Path;

pub fn run(command: &PacksCommand) -> Outcome {
    match command {
        PacksCommand::List => {
            let ids: Vec<_> = Pack::bundled_ids().collect();
            output::print(&format!("{}\n", ids.join("\n")))
        }
        PacksCommand::Check { file } => {
            let pack = match Pack::bundled(file) {
                Some(bundled) => bundled?,
                None => read_pack(Path::new(file)).map_err(setup_failure)?,
            };
            let problems = check(&pack);
            for problem in &problems {
                eprintln!("{file}: {problem}");
            }
            if problems.is_empty() {
                return output::print(&format!(
                    "{file}: {} version {}, {} entries, all right\n",
                    pack.id,
                    pack.version,
                    pack.entries.len()
                ));
            }
            Err(Failure::Failed(anyhow!("{file} has {} problem(s)", problems.len())))
        }
    }
}
