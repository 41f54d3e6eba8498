//! A queue of things to be worked on, each once and by one worker at a time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The first pause of something that could not be done; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What waits, and what is being worked on. Something pushed while it is worked on comes again afterwards.
pub(super) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    changed: Notify,
}

struct Inner<T> {
    waiting: VecDeque<T>,
    present: HashSet<T>,
    running: HashSet<T>,
    again: HashSet<T>,
    paused: HashMap<T, Pause>,
    closed: bool,
}

/// How long something is left alone, and the how many-th time that is.
#[derive(Clone, Copy)]
struct Pause {
    length: Duration,
    turn: u64,
}

impl<T: Clone + Eq + Hash + Send + 'static> Queue<T> {
    pub(super) fn new() -> Arc<Self> {
        let inner = Inner {
            waiting: VecDeque::new(),
            present: HashSet::new(),
            running: HashSet::new(),
            again: HashSet::new(),
            paused: HashMap::new(),
            closed: false,
        };
        Arc::new(Self { inner: Mutex::new(inner), changed: Notify::new() })
    }

    /// Adds it, unless it waits already.
    pub(super) fn push(&self, item: T) {
        let mut inner = self.lock();
        if inner.running.contains(&item) {
            inner.again.insert(item);
        } else if inner.present.insert(item.clone()) {
            inner.waiting.push_back(item);
            drop(inner);
            self.changed.notify_one();
        }
    }

    /// Adds it, unless it waits already or is in a pause.
    pub(super) fn push_unless_paused(&self, item: T) {
        if !self.lock().paused.contains_key(&item) {
            self.push(item);
        }
    }

    /// Waits for the next one; nothing once the queue is closed.
    pub(super) async fn next(&self) -> Option<T> {
        loop {
            let changed = self.changed.notified();
            {
                let mut inner = self.lock();
                if inner.closed {
                    // the next worker is to see it too
                    self.changed.notify_one();
                    return None;
                }
                if let Some(item) = inner.waiting.pop_front() {
                    inner.present.remove(&item);
                    inner.running.insert(item.clone());
                    if !inner.waiting.is_empty() {
                        self.changed.notify_one();
                    }
                    return Some(item);
                }
            }
            changed.await;
        }
    }

    /// The worker is through with it.
    pub(super) fn done(&self, item: &T) {
        self.relieve(item);
        self.release(item);
    }

    /// The worker came further with it: should it be put off, then for no longer than the first time.
    pub(super) fn relieve(&self, item: &T) {
        self.lock().paused.remove(item);
    }

    /// The worker could not do it now: it comes again after a pause, each longer than the one before and none
    /// shorter than what was asked for.
    pub(super) fn put_off(self: &Arc<Self>, item: T, asked: Duration) {
        let pause = {
            let mut inner = self.lock();
            let pause = match inner.paused.get(&item) {
                None => Pause { length: FIRST_PAUSE.max(asked), turn: 0 },
                Some(before) => Pause {
                    length: before.length.saturating_mul(2).min(LONGEST_PAUSE).max(asked),
                    turn: before.turn.saturating_add(1),
                },
            };
            inner.paused.insert(item.clone(), pause);
            pause
        };
        self.release(&item);
        let queue = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(pause.length).await;
            // a later pause has a sleeper of its own
            let latest = queue.lock().paused.get(&item).map(|pause| pause.turn);
            if latest == Some(pause.turn) {
                queue.push(item);
            }
        });
    }

    fn release(&self, item: &T) {
        let mut inner = self.lock();
        inner.running.remove(item);
        if inner.again.remove(item) {
            drop(inner);
            self.push(item.clone());
        }
    }

    /// Nothing more is handed out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Whether somebody is working on something.
    pub(super) fn is_busy(&self) -> bool {
        !self.lock().running.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_pushed_twice_is_handed_out_once() {
        let queue = Queue::new();
        queue.push(1);
        queue.push(1);
        queue.push(2);
        assert_eq!((queue.next().await, queue.next().await), (Some(1), Some(2)));
        queue.close();
        assert_eq!(queue.next().await, None);
    }

    #[tokio::test]
    async fn what_is_pushed_while_it_is_worked_on_comes_again_afterwards_and_not_before() {
        let queue = Queue::new();
        queue.push(1);
        let item = queue.next().await.unwrap();
        queue.push(1);
        queue.push(2);
        assert_eq!(queue.next().await, Some(2), "1 is still being worked on");
        queue.done(&item);
        assert_eq!(queue.next().await, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_put_off_comes_again_once_and_the_sweep_leaves_it_alone_until_then() {
        let queue = Queue::new();
        queue.push(1);
        let item = queue.next().await.unwrap();
        queue.put_off(item, Duration::ZERO);
        queue.push_unless_paused(1);
        queue.push(2);
        assert_eq!(queue.next().await, Some(2), "1 is in its pause");
        assert_eq!(queue.next().await, Some(1), "and comes after it");
        queue.done(&1);
        queue.push_unless_paused(1);
        assert_eq!(queue.next().await, Some(1));
    }
}
