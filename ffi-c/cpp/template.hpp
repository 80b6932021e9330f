/// An approved WhatsApp template: its name and a value for each of its numbered variables. It goes
/// into the parameter `template_json` of a message or a campaign as it is; where the API wants
/// another shape than this, give that JSON object instead.
///
/// ```cpp
/// params.template_json = zexa::message_template("order_shipped").language("pt").variable("Ana");
/// ```
class message_template {
  public:
    /// The template of this name.
    explicit message_template(const std::string &name) : handle_(nullptr, zexa_template_free) {
        const char *c_name = detail::text("name", name);
        handle_.reset(detail::made<zexa_template>([&](zexa_template **made, zexa_error **error) {
            return zexa_template_new(c_name, made, error);
        }));
    }

    /// The language that it is wanted in, such as "pt".
    message_template &language(const std::string &language) {
        return set(zexa_template_set_language, detail::text("language", language));
    }

    /// The value of the next variable, in the order of their numbers.
    message_template &variable(const std::string &value) {
        return set(zexa_template_add_variable, detail::text("value", value));
    }

    /// As JSON.
    [[nodiscard]] std::string json() const {
        return std::string(detail::view(zexa_template_json(handle_.get())));
    }

    operator std::string() const { return json(); }

  private:
    message_template &set(zexa_status (*function)(zexa_template *, const char *, zexa_error **),
                          const char *text) {
        zexa_error *error = nullptr;
        const zexa_status status = function(handle_.get(), text, &error);
        detail::check(status, error);
        return *this;
    }

    std::unique_ptr<zexa_template, void (*)(zexa_template *)> handle_;
};
