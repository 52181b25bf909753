//! How long the speech model's threads spin while they wait for each other.
//!
//! libgomp lets them spin for milliseconds. Beside any other busy program one of them is then waited for without its
//! core being free, thousands of times in a window: with two threads on two cores, one of them taken, hearing costs 1.35
//! of real time and single windows half a minute; with short spins 0.15, and on an idle machine no more than before
//! (0.06). libgomp reads its setting before `main` and from the environment only, so the program starts itself again.

/// libgomp's setting, in turns of its waiting loop, and what it is set to: with 300 to 3000 an idle machine loses nothing.
#[cfg(all(target_os = "linux", feature = "whisper"))]
const SPIN: (&str, &str) = ("GOMP_SPINCOUNT", "1000");

/// Puts this process in place again with short spins, unless the environment says how to wait. Comes back where that is
/// so, or where it is not possible.
pub fn shorten() {
    #[cfg(all(target_os = "linux", feature = "whisper"))]
    {
        use std::os::unix::process::CommandExt;
        if [SPIN.0, "OMP_WAIT_POLICY"].iter().any(|name| std::env::var_os(name).is_some()) {
            return;
        }
        let Ok(program) = std::env::current_exe() else { return };
        let mut again = std::process::Command::new(program);
        let mut arguments = std::env::args_os();
        if let Some(name) = arguments.next() {
            again.arg0(name);
        }
        // It comes back only when it has failed; then hearing is slower on a busy machine, and nothing else.
        drop(again.args(arguments).env(SPIN.0, SPIN.1).exec());
    }
}
