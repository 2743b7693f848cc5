//! Kernel rows that are kept, the least recently used going first.

use pellucid_compute::Scalar;

use crate::kernel_matrix::gram::Gram;

const NONE: u32 = u32::MAX;

/// As many rows of a kernel matrix as fit a number of bytes, in one slab that serves one problem after another.
pub(crate) struct RowCache<T> {
    bytes: usize,
    slab: Vec<T>,
    /// Rows on their way into the slab.
    staging: Vec<T>,
    columns: usize,
    capacity: usize,
    /// Where the row of a sample lies.
    slot_of: Vec<u32>,
    /// Whose row lies in a slot, and when it was last used.
    slots: Vec<(u32, u64)>,
    clock: u64,
}

impl<T: Scalar> RowCache<T> {
    pub fn new(bytes: usize) -> Self {
        let (slab, staging, slot_of, slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { bytes, slab, staging, columns: 0, capacity: 0, slot_of, slots, clock: 0 }
    }

    /// Forgets all rows; from now on they have `columns` values, and `batch` of them may be computed at once.
    pub fn reset(&mut self, columns: usize, batch: usize) {
        self.columns = columns;
        self.slot_of.clear();
        self.slot_of.resize(columns, NONE);
        self.slots.clear();
        let rows = self.bytes / (columns * size_of::<T>()).max(1);
        let staging = batch.min(rows / 4).max(1);
        self.capacity = (rows.saturating_sub(staging)).clamp(2, columns.max(2));
        // Another problem may need more of either.
        self.slab.truncate(self.capacity * columns);
        self.staging.resize(staging * columns, T::ZERO);
    }

    /// Keeps some columns only, and of the rows those of their samples.
    pub fn compact(&mut self, stay: &[u32]) {
        let (before, columns) = (self.columns, stay.len());
        let mut position = vec![NONE; before];
        stay.iter().enumerate().for_each(|(at, &id)| position[id as usize] = at as u32);
        let batch = self.batch();
        let slots = std::mem::take(&mut self.slots);
        let mut kept = Vec::new();
        for (slot, (owner, used)) in slots.into_iter().enumerate() {
            if owner != NONE && position[owner as usize] != NONE {
                // Rows move to the front only, and become shorter: nothing is overwritten before it was read.
                let to = kept.len() * columns;
                for (at, &id) in stay.iter().enumerate() {
                    self.slab[to + at] = self.slab[slot * before + id as usize];
                }
                kept.push((position[owner as usize], used));
            }
        }
        let slab = std::mem::take(&mut self.slab);
        self.reset(columns, batch);
        self.slab = slab;
        self.slab.truncate(self.capacity * columns);
        for (slot, &(owner, _)) in kept.iter().enumerate() {
            self.slot_of[owner as usize] = slot as u32;
        }
        self.slots = kept;
    }

    /// How many rows can be fetched at once.
    pub fn batch(&self) -> usize {
        (self.staging.len() / self.columns.max(1)).min(self.capacity - 1)
    }

    /// How many rows are there.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn contains(&self, id: u32) -> bool {
        self.slot_of[id as usize] != NONE
    }

    /// A row that was fetched and not evicted since.
    pub fn row(&self, id: u32) -> &[T] {
        let slot = self.slot_of[id as usize] as usize;
        &self.slab[slot * self.columns..][..self.columns]
    }

    /// Marks a row as used; whether it is there.
    pub fn touch(&mut self, id: u32) -> bool {
        self.clock += 1;
        let slot = self.slot_of[id as usize];
        if slot != NONE {
            self.slots[slot as usize].1 = self.clock;
        }
        slot != NONE
    }

    /// Computes rows that are not there, at most [`Self::batch`], evicting any but that of `keep`. The first is the
    /// one needed next, and used last to go.
    pub fn fetch(&mut self, gram: &dyn Gram<T>, ids: &[u32], keep: Option<u32>) {
        let columns = self.columns;
        let mut staging = std::mem::take(&mut self.staging);
        gram.rows(ids, &mut staging[..ids.len() * columns]);
        for (&id, row) in ids.iter().zip(staging.chunks_exact(columns)) {
            let slot = self.free_slot(keep.map(|keep| self.slot_of[keep as usize]), ids);
            self.slab[slot * columns..][..columns].copy_from_slice(row);
            self.slot_of[id as usize] = slot as u32;
            self.slots[slot] = (id, self.clock);
        }
        self.staging = staging;
        self.touch(ids[0]);
    }

    /// A slot that is empty, made empty, or new.
    fn free_slot(&mut self, keep: Option<u32>, fetched: &[u32]) -> usize {
        let slot = self.slots.len();
        if slot < self.capacity {
            self.slots.push((NONE, 0));
            let end = (slot + 1) * self.columns;
            if self.slab.len() < end {
                self.slab.resize(end, T::ZERO);
            }
            return slot;
        }
        let oldest = self
            .slots
            .iter()
            .enumerate()
            .filter(|(slot, (owner, _))| Some(*slot as u32) != keep && !fetched.contains(owner));
        let slot = oldest.min_by_key(|(_, (_, used))| *used).map_or(0, |(slot, _)| slot);
        let (owner, _) = self.slots[slot];
        if owner != NONE {
            self.slot_of[owner as usize] = NONE;
        }
        slot
    }
}
