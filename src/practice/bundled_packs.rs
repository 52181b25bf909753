//! The packs that come with the program, each read once in a process and shared from then on. They are compiled in, so
//! they cannot change while it runs.

use crate::wording::{Pack, PackError};
use std::sync::{Arc, LazyLock, OnceLock};

/// In the order of [`Pack::bundled_ids`].
static READ: LazyLock<Vec<OnceLock<Arc<Pack>>>> =
    LazyLock::new(|| Pack::bundled_ids().map(|_| OnceLock::new()).collect());

/// The pack with this id that comes with the program; none when there is no such pack.
///
/// # Errors
/// As [`Pack::parse`]. A test keeps all of them readable.
pub fn bundled_pack(id: &str) -> Option<Result<Arc<Pack>, PackError>> {
    let read = READ.get(Pack::bundled_ids().position(|known| known == id)?)?;
    if let Some(pack) = read.get() {
        return Some(Ok(Arc::clone(pack)));
    }
    let pack = Pack::bundled(id)?;
    Some(pack.map(|pack| Arc::clone(read.get_or_init(|| Arc::new(pack)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_pack_is_read_once() {
        for id in Pack::bundled_ids() {
            let pack = || bundled_pack(id).expect("known").expect("valid");
            assert!(Arc::ptr_eq(&pack(), &pack()), "{id}");
            assert_eq!(pack().id, id);
        }
        assert!(bundled_pack("no-such-pack").is_none());
    }
}
