use crate::prelude::*;
impl Plain for Message {
    fn write(&self, json: &mut Vec<u8>) {
        let mut object = Object::begin(json);
        object.field("id", &self.id);
        object.field("status", &self.status);
        object.field("channel", &self.channel);
        object.field("to", &self.to);
        object.time("createdAt", self.created_at);
        object.optional("from", &self.from);
        object.optional("body", &self.body);
        object.optional_time("scheduledAt", self.scheduled_at);
        object.optional_time("sentAt", self.sent_at);
        object.optional_time("deliveredAt", self.delivered_at);
        object.optional("error", &self.error);
        object.end(&self.extra);
    }
}

#[napi]
impl NativeClient {
    #[napi(catch_unwind)]
    pub fn messages_send(&self, call: u32, params: String, options: Option<String>, token: Option<&Token>) {
        self.begin(call, options, token, |client| Ok(client.messages().send(&binding::params(&params)?)));
    }
}
