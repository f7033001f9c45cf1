//! Answers that are worked out once in a run.

use rustc_hash::FxHashMap;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, RwLock};

/// Keeps what was worked out for each key.
pub(super) struct Memo<K, V>(LazyLock<RwLock<FxHashMap<K, Arc<V>>>>);

impl<K: Hash + Eq, V> Memo<K, V> {
    /// An empty memory.
    pub(super) const fn new() -> Self {
        Memo(LazyLock::new(RwLock::default))
    }

    /// The answer for a key, worked out when it is first asked for.
    pub(super) fn get<Q>(&self, key: &Q, work: impl FnOnce() -> V) -> Arc<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(known) = self.0.read().unwrap_or_else(|e| e.into_inner()).get(key) {
            return known.clone();
        }
        let answer = Arc::new(work());
        self.0.write().unwrap_or_else(|e| e.into_inner()).insert(key.to_owned(), answer.clone());
        answer
    }
}
