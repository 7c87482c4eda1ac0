//! What was used lately, within a bound.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A cache that threads share and that forgets what was not used lately.
///
/// Entries live in two generations. One that is used moves to the younger; when that weighs half
/// the bound it becomes the older one, and what nobody has used since the last time is dropped.
pub(crate) struct Recent<K, V> {
    bound: usize,
    generations: Mutex<Generations<K, V>>,
}

struct Generations<K, V> {
    young: HashMap<K, Weighed<V>>,
    old: HashMap<K, Weighed<V>>,
    /// The weight of the young.
    weight: usize,
}

struct Weighed<V> {
    value: V,
    weight: usize,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// An empty cache whose entries never weigh more than the bound, except for a single large one.
    pub(crate) fn new(bound: usize) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), weight: 0 };
        Self { bound, generations: Mutex::new(generations) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut generations = self.generations();
        if let Some(known) = generations.young.get(key) {
            return Some(known.value.clone());
        }
        let (key, known) = generations.old.remove_entry(key)?;
        let value = known.value.clone();
        generations.put(key, known, self.bound);
        Some(value)
    }

    pub(crate) fn insert(&self, key: K, value: V, weight: usize) {
        self.generations().put(key, Weighed { value, weight }, self.bound);
    }

    fn generations(&self) -> MutexGuard<'_, Generations<K, V>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Generations<K, V> {
    fn put(&mut self, key: K, entry: Weighed<V>, bound: usize) {
        if self.weight + entry.weight > bound / 2 {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += entry.weight;
        if let Some(replaced) = self.young.insert(key, entry) {
            self.weight -= replaced.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let cache = Recent::new(100);
        for number in 0..1000 {
            cache.insert(number, number, 10);
            assert_eq!(cache.get(&0), Some(0), "used all the time");
            let generations = cache.generations();
            assert!(generations.young.len() + generations.old.len() <= 10);
        }
        assert_eq!(cache.get(&999), Some(999));
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn an_entry_above_the_bound_is_kept_until_the_next_one() {
        let cache = Recent::new(100);
        cache.insert("large", 1, 1000);
        assert_eq!(cache.get(&"large"), Some(1));
        cache.insert("a", 2, 10);
        cache.insert("b", 3, 45);
        assert_eq!((cache.get(&"large"), cache.get(&"a")), (None, Some(2)));
    }

    #[test]
    fn the_same_entry_weighs_once() {
        let cache = Recent::new(100);
        cache.insert("other", 0, 10);
        for _ in 0..100 {
            cache.insert("same", 1, 10);
        }
        assert_eq!(cache.generations().weight, 20);
    }
}
