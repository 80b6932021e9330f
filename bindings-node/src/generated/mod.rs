mod contacts;
mod messages;
mod webhooks;
