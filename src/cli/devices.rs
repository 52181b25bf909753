//! `voicemirror devices`.

use super::{Failure, Outcome, output};

#[cfg(feature = "mic")]
pub fn run(locale: &str) -> Outcome {
    use rust_i18n::t;
    let inputs = crate::audio::mic::input_devices()?;
    let mut text = format!("{}\n", t!("cli.inputs", locale = locale));
    for device in &inputs {
        let mark = if device.is_default { "*" } else { " " };
        text += &format!("{mark} {}  {} Hz, {} ch\n    {}\n", device.name, device.rate_hz, device.channels, device.id);
    }
    if inputs.is_empty() {
        text += &format!("  {}\n", t!("cli.none", locale = locale));
    }
    output::print(&text)?;
    if inputs.is_empty() {
        return Err(Failure::Failed(anyhow::anyhow!(
            "no microphone was found; plug one in or switch it on in the system's sound settings"
        )));
    }
    Ok(())
}

#[cfg(not(feature = "mic"))]
pub fn run(_locale: &str) -> Outcome {
    let _ = output::print;
    Err(Failure::Failed(anyhow::anyhow!("this build knows no sound devices (feature `mic`)")))
}
