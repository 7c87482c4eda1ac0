//! A bounded store of things that are made once.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Values by key, made on first use; the oldest go when the weights add up to too much.
///
/// Threads that want a value which another one is making wait for it. Making a value must not
/// wait for tasks of a thread pool: a worker that waits takes up other tasks, and one of them could
/// want the same value.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    capacity: usize,
    state: Mutex<State<K, V>>,
}

#[derive(Debug)]
struct State<K, V> {
    slots: HashMap<K, Slot<V>>,
    ages: VecDeque<(K, usize)>,
    weight: usize,
}

/// Where a value is put when it is made; the one who makes it and those who wait share it.
type Slot<V> = Arc<OnceLock<V>>;

impl<K: Clone + Eq + Hash, V: Clone> Cache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        let state = State { slots: HashMap::new(), ages: VecDeque::new(), weight: 0 };
        Self { capacity, state: Mutex::new(state) }
    }

    /// The value under `key`, which `make` gives together with its weight if it is not there.
    pub(crate) fn get_or_make(&self, key: &K, make: impl FnOnce() -> (V, usize)) -> V {
        let slot = Arc::clone(self.state().slots.entry(key.clone()).or_default());
        let mut made = None;
        let value = slot.get_or_init(|| {
            let (value, weight) = make();
            made = Some(weight);
            value
        });
        let value = value.clone();
        if let Some(weight) = made {
            self.account(key, weight);
        }
        value
    }

    /// Lets go of all values.
    pub(super) fn clear(&self) {
        *self.state() = State { slots: HashMap::new(), ages: VecDeque::new(), weight: 0 };
    }

    fn account(&self, key: &K, weight: usize) {
        let mut state = self.state();
        state.weight += weight;
        state.ages.push_back((key.clone(), weight));
        while state.weight > self.capacity {
            let Some((oldest, weight)) = state.ages.pop_front() else { break };
            state.weight -= weight;
            state.slots.remove(&oldest);
        }
    }

    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        // Nothing that can panic runs under the lock, so the state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn values_are_made_once_and_the_oldest_go() {
        let cache = Cache::new(2);
        let made = Cell::new(0);
        let get = |key: &'static str| {
            cache.get_or_make(&key, || {
                made.set(made.get() + 1);
                (key.len(), 1)
            })
        };
        assert_eq!([get("a"), get("bb"), get("a"), get("bb")], [1, 2, 1, 2]);
        assert_eq!(made.get(), 2);
        assert_eq!([get("ccc"), get("bb"), get("a")], [3, 2, 1]);
        assert_eq!(made.get(), 4, "`a` had to go for `ccc`");
    }
}
