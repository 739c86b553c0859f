#include "site_profile.hpp"

#include <fnmatch.h>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/core/error.hpp>

namespace rankpool::submit {
namespace {

// Directives keep the order in which they are written.
using Json = nlohmann::ordered_json;

[[noreturn]] void complain(const std::string& path, const std::string& site, const std::string& what) {
    throw ConfigError(fmt::format("'{}', site '{}': {}", path, site, what));
}

std::vector<std::string> texts_in(const Json& value) {
    if (value.is_string()) return {value.get<std::string>()};
    return value.get<std::vector<std::string>>();
}

DirectiveChange change_from(const std::string& name, const Json& value) {
    if (value.is_null() || value == false) return {{name, std::nullopt}, true};
    if (value == true) return {{name, std::nullopt}, false};
    if (value.is_string()) return {{name, value.get<std::string>()}, false};
    return {{name, value.dump()}, false};
}

bool fits(const Json& site, const std::string& host) {
    const auto hosts = site.find("hosts");
    if (hosts == site.end()) return false;
    for (const std::string& pattern : texts_in(*hosts)) {
        if (fnmatch(pattern.c_str(), host.c_str(), 0) == 0) return true;
    }
    return false;
}

void read_entry(SiteProfile& profile, const std::string& key, const Json& value) {
    if (key == "scheduler") {
        profile.scheduler = value.get<std::string>();
    } else if (key == "launcher") {
        std::istringstream words(value.get<std::string>());
        for (std::string word; words >> word;) profile.launcher.push_back(word);
    } else if (key == "modules") {
        profile.modules = texts_in(value);
    } else if (key == "template") {
        profile.template_path = value.get<std::string>();
    } else if (key == "environment") {
        for (const auto& [name, text] : value.items()) profile.environment.emplace_back(name, text.get<std::string>());
    } else if (key == "directives") {
        for (const auto& [name, text] : value.items()) profile.changes.push_back(change_from(name, text));
    } else if (key != "hosts") {
        throw ConfigError("there is no setting '" + key +
                          "'; there are hosts, scheduler, launcher, modules, environment, template and directives");
    }
}

}  // namespace

std::string sites_path(const Environment& environment) {
    if (const auto folder = find_text(environment, "XDG_CONFIG_HOME")) return *folder + "/rankpool/sites.json";
    return find_text(environment, "HOME").value_or("") + "/.config/rankpool/sites.json";
}

SiteProfile read_site(std::string_view text, const std::string& path, const std::string& name,
                      const std::string& host) {
    const Json sites = text.empty() ? Json::object() : Json::parse(text, nullptr, false, true);
    if (!sites.is_object()) throw ConfigError("'" + path + "' is no JSON object with a profile per site");
    std::string known;
    for (const auto& [site, settings] : sites.items()) {
        known += (known.empty() ? "" : ", ") + site;
        if (!settings.is_object()) complain(path, site, "it is no JSON object");
        const bool is_meant = name.empty() ? fits(settings, host) : site == name;
        if (!is_meant) continue;
        SiteProfile profile;
        profile.name = site;
        try {
            for (const auto& [key, value] : settings.items()) read_entry(profile, key, value);
        } catch (const Json::exception&) {
            complain(path, site,
                     "a setting has a value of the wrong kind; texts, lists of texts, or objects of texts are meant");
        } catch (const ConfigError& error) {
            complain(path, site, error.what());
        }
        return profile;
    }
    if (!name.empty()) {
        throw ConfigError(
            fmt::format("there is no site '{}' in '{}'{}", name, path, known.empty() ? "" : ", only " + known));
    }
    return {};
}

}  // namespace rankpool::submit
