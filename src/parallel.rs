//! Work on all cores, where there is enough of it.

use rayon::prelude::*;
use std::sync::OnceLock;

/// Stack of the threads that work, in bytes: deeply nested input is read and evaluated by recursion.
pub const STACK: usize = 64 << 20;

/// The results for all items, in their order. Not more than `few` items are worked on one after the other: to start the
/// threads takes about as long as a small root module does as a whole.
pub fn map<T: Sync, R: Send>(items: &[T], few: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    static THREADS: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    if items.len() <= few {
        return items.iter().map(work).collect();
    }
    let all = || items.par_iter().map(&work).collect();
    if rayon::current_thread_index().is_some() {
        return all();
    }
    match THREADS.get_or_init(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok()) {
        Some(threads) => threads.install(all),
        // No threads are to be had: on this one, then.
        None => items.iter().map(work).collect(),
    }
}
