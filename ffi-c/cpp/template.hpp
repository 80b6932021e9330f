/// A builder for the JSON of an approved WhatsApp template: its name, language, and a value for
/// each of its numbered variables. Assign it to `template_json` of a message or campaign, which
/// also accepts any other JSON object.
///
/// ```cpp
/// params.template_json = zexa::message_template("order_shipped").language("pt").variable("Ana");
/// ```
class message_template {
  public:
    /// Create a template with this name.
    explicit message_template(const std::string &name) : handle_(nullptr, zexa_template_free) {
        const char *c_name = detail::text("name", name);
        handle_.reset(
            detail::create<zexa_template>([&](zexa_template **created, zexa_error **error) {
                return zexa_template_new(c_name, created, error);
            }));
    }

    /// Set the language, such as "pt".
    message_template &language(const std::string &language) {
        return set(zexa_template_set_language, detail::text("language", language));
    }

    /// Add the value of the next variable: of `{{1}}` with the first call, of `{{2}}` with the
    /// second.
    message_template &variable(const std::string &value) {
        return set(zexa_template_add_variable, detail::text("value", value));
    }

    /// Return the template as JSON.
    [[nodiscard]] std::string json() const {
        return std::string(detail::view(zexa_template_json(handle_.get())));
    }

    /// Convert the template to JSON.
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
