//! Work on all cores, where there is enough of it.

use rayon::prelude::*;
use std::sync::OnceLock;
use std::thread::{self, ThreadId};

/// Stack of the threads that work, in bytes: deeply nested input is read and evaluated by recursion.
const STACK: usize = 64 << 20;

/// The thread that [`run`] made one of those that work.
static FIRST: OnceLock<ThreadId> = OnceLock::new();

/// Does all the work of a program on this thread, with a stack as the others have it, and with these where [`map`] asks for
/// it. To start a thread just for the stack takes longer, and memory that is got on the first thread costs less.
pub fn run<R>(work: impl FnOnce() -> R) -> R {
    let _ = FIRST.set(thread::current().id());
    // Where so much is not to be had: on the stack that there is.
    let mut room: Vec<u8> = Vec::new();
    let fits = std::hint::black_box(&mut room).try_reserve_exact(STACK).is_ok();
    drop(room);
    if fits { stacker::grow(STACK, work) } else { work() }
}

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
    match THREADS.get_or_init(threads) {
        Some(threads) => threads.install(all),
        // No threads are to be had: on this one, then.
        None => items.iter().map(work).collect(),
    }
}

fn threads() -> Option<rayon::ThreadPool> {
    let threads = rayon::ThreadPoolBuilder::new().stack_size(STACK);
    let is_first = FIRST.get() == Some(&thread::current().id());
    if is_first { threads.use_current_thread() } else { threads }.build().ok()
}
