use crate::prelude::*;
impl Plain for Event {
    fn write(&self, json: &mut Vec<u8>) {
        let mut object = Object::begin(json);
        object.optional("id", &self.id);
        object.end(&self.extra);
    }
}
