use crate::prelude::*;
impl Plain for Contact {
    fn write(&self, json: &mut Vec<u8>) {
        let mut object = Object::begin(json);
        object.field("id", &self.id);
        object.end(&self.extra);
    }
}

#[napi]
impl NativeClient {
    #[napi(catch_unwind)]
    pub fn contacts_list(
        &self,
        params: String,
        options: Option<String>,
        token: Option<&Token>,
    ) -> napi::Result<NativeList> {
        self.list(options, token, |client| Ok(client.contacts().list(&binding::params(&params)?)))
    }
}
