//! A shared value whose type the compiler need not look into again and again.
//!
//! Whether a future may move between threads is proved from the types it holds. Connection pools, caches and clients are
//! trees of hundreds of types, and every async function that holds a reference to them would have the whole tree proved
//! anew. Behind [`Erased`] the proof is made once, where the value is put in; this cut the check of the crate to a third.

use std::{any::Any, marker::PhantomData, ops::Deref, sync::Arc};

/// An `Arc<T>` that is `Send` and `Sync` by its type alone.
pub struct Erased<T> {
    value: Arc<dyn Any + Send + Sync>,
    of: PhantomData<fn() -> T>,
}
impl<T: Send + Sync + 'static> Erased<T> {
    pub fn new(value: T) -> Erased<T> {
        Erased { value: Arc::new(value), of: PhantomData }
    }
    /// The value itself when nobody else holds it.
    pub fn into_inner(self) -> Option<T> {
        self.value.downcast::<T>().ok().and_then(Arc::into_inner)
    }
}
impl<T> Clone for Erased<T> {
    fn clone(&self) -> Erased<T> {
        Erased { value: self.value.clone(), of: PhantomData }
    }
}
impl<T: 'static> Deref for Erased<T> {
    type Target = T;
    fn deref(&self) -> &T {
        match self.value.downcast_ref() {
            Some(value) => value,
            None => unreachable!("only `new` puts a value in, and it is a T"),
        }
    }
}
