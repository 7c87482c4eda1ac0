//! What one render may use.

use crate::error::Error;

/// The limits of one render; exceeding one is an error with a place.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions executed.
    pub steps: u64,
    /// Renders nested through native functions (`include`, `tpl`). Each level uses the native
    /// stack: see [`Limits::STACK_PER_LEVEL`].
    pub depth: u32,
    /// `{{ template }}` nesting; uses the heap only. Go's own limit is 100000.
    pub template_depth: u32,
    /// Bytes of output held at one time, nested renders included.
    pub output: usize,
    /// Bytes of strings and containers that functions made, over the whole render.
    pub memory: u64,
}

impl Limits {
    /// Bytes of native stack that one level of [`Limits::depth`] needs at most, in a debug build
    /// and with an embedding function of moderate size on each level. A caller that allows depth
    /// `d` runs renders on a thread with at least `d * STACK_PER_LEVEL` bytes of stack.
    pub const STACK_PER_LEVEL: usize = 8 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 500_000_000,
            depth: 4096,
            template_depth: 100_000,
            output: 256 << 20,
            memory: 4 << 30,
        }
    }
}

/// What is left of the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    pub(crate) steps: u64,
    memory: u64,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { steps: limits.steps, memory: limits.memory, limits }
    }

    pub(crate) fn charge_memory(&mut self, bytes: u64) -> Result<(), Error> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => Err(Error::limit(format!(
                "render uses more than {} bytes of memory",
                self.limits.memory
            ))),
        }
    }

    pub(crate) fn charge_steps(&mut self, steps: u64) -> Result<(), Error> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(self.out_of_steps()),
        }
    }

    pub(crate) fn out_of_steps(&self) -> Error {
        Error::limit(format!("render takes more than {} steps", self.limits.steps))
    }
}
