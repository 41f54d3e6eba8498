//! A queue of things to be worked on, each once and by one worker at a time.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

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
    closed: bool,
}

impl<T: Clone + Eq + Hash> Queue<T> {
    pub(super) fn new() -> Self {
        let inner = Inner {
            waiting: VecDeque::new(),
            present: HashSet::new(),
            running: HashSet::new(),
            again: HashSet::new(),
            closed: false,
        };
        Self { inner: Mutex::new(inner), changed: Notify::new() }
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
}
