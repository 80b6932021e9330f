//! Fills in the fields that a response omits, from the request.

/// A model that is returned by a call with these parameters.
pub trait FillFrom<P> {
    /// Fills in the fields that the response omits. `was_sent` returns whether the response has a field, even if it is empty.
    fn fill_from(&mut self, params: &P, was_sent: &dyn Fn(&str) -> bool);
}

/// A field that is filled in from a parameter.
pub(crate) trait FillSlot<P> {
    fn fill(&mut self, parameter: &P, was_sent: impl FnOnce() -> bool);
}

impl<T: Clone> FillSlot<T> for Option<T> {
    fn fill(&mut self, parameter: &T, _: impl FnOnce() -> bool) {
        if self.is_none() {
            *self = Some(parameter.clone());
        }
    }
}

impl<T: Clone> FillSlot<Option<T>> for Option<T> {
    fn fill(&mut self, parameter: &Option<T>, _: impl FnOnce() -> bool) {
        if self.is_none() {
            self.clone_from(parameter);
        }
    }
}

impl<T: Clone> FillSlot<Vec<T>> for Vec<T> {
    /// An empty list is only replaced if the API has not sent it.
    fn fill(&mut self, parameter: &Vec<T>, was_sent: impl FnOnce() -> bool) {
        if self.is_empty() && !parameter.is_empty() && !was_sent() {
            self.clone_from(parameter);
        }
    }
}
