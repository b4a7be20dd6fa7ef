#include "scim/schema/schema_loader.hpp"

#include "base/json/json.hpp"
#include "base/text.hpp"
#include "embedded_schemas.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/schema_reader.hpp"
#include "scim/schema/urn.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <string_view>
#include <utility>

namespace scimd::scim {

namespace {

enum class origin { built_in, file };

bool lists(const json::object& document, std::string_view wanted) {
    const json::array* const urns = find_array(document, "schemas");
    return urns && std::any_of(urns->begin(), urns->end(), [wanted](const json::value& urn) {
        return urn.is_string() && equals_ignoring_case(urn.get_string(), wanted);
    });
}

bool is_resource_type(const json::object& document) {
    return find(document, "endpoint") || find(document, "schemaExtensions") ||
           lists(document, urn::resource_type);
}

// Derives an id prefix: "dirdevice_" for a Device.
std::string derive_prefix(std::string_view name) {
    std::string prefix = "dir";
    for (const char c : to_lower_ascii(name))
        if (c != '$' && c != '-' && c != '_')
            prefix += c;
    return prefix + '_';
}

bool ends_in(std::string_view urn, std::string_view name) {
    return urn.size() > name.size() && urn[urn.size() - name.size() - 1] == ':' &&
           equals_ignoring_case(urn.substr(urn.size() - name.size()), name);
}

// Collects the definitions of all files, then joins them.
class loader {
public:
    void add(std::string_view file, std::string_view content, origin from) {
        auto parsed = parse_json(content);
        if (!parsed)
            found_.add(file, parsed.error().detail);
        else
            add_documents(std::string(file), *parsed, from);
    }

    void join() {
        for (const named_type& each : drafts_)
            add_type(each.draft, each.from);
        attach_by_name();
        for (schema& each : schemas_)
            for (attribute& one : each.attributes)
                resolve_references(one);
    }

    // Reports unused schemas and references to missing definitions as errors. It is skipped if definitions
    // are broken, because nothing reliable can then be said.
    void check_whole();

    catalogue take() { return {std::move(schemas_), std::move(types_)}; }

    definition_errors& found() noexcept { return found_; }

private:
    struct named_type {
        resource_type_draft draft;
        origin from = origin::file;
    };

    void add_documents(const std::string& file, const json::value& content, origin from);
    [[nodiscard]] bool is_of_every_server(const json::value& content) const;
    void add_document(const std::string& where, const json::value& content, origin from);
    void add_schema(const std::string& where, const json::object& content, origin from);
    void add_type(const resource_type_draft& draft, origin from);
    void extend_type(resource_type& known, const resource_type_draft& draft);
    void add_extensions(resource_type& type, const resource_type_draft& draft);
    void extend(resource_type& type, const extension& added, const std::string& where);
    void check_against_others(const resource_type& made, const resource_type_draft& draft);
    void attach_by_name();
    void resolve_references(attribute& reference);
    void check_use(const schema& definition, const std::string& where);
    void check_references(const attribute& reference, const std::string& where);
    const schema* find_schema(std::string_view urn) const;
    resource_type* find_type(std::string_view name);

    definition_errors found_;
    std::deque<schema> schemas_;
    std::vector<std::string> schema_positions_;  // parallel to schemas_
    std::vector<named_type> drafts_;
    std::deque<resource_type> types_;
};

const schema* loader::find_schema(std::string_view urn) const {
    const auto found = std::find_if(schemas_.begin(), schemas_.end(),
            [urn](const schema& each) { return equals_ignoring_case(each.urn, urn); });
    return found == schemas_.end() ? nullptr : &*found;
}

resource_type* loader::find_type(std::string_view name) {
    const auto found = std::find_if(types_.begin(), types_.end(),
            [name](const resource_type& each) { return equals_ignoring_case(each.name, name); });
    return found == types_.end() ? nullptr : &*found;
}

void loader::add_documents(const std::string& file, const json::value& content, origin from) {
    const json::array* rows = content.if_array();
    const json::object* const object = content.if_object();
    const bool is_answer = object && lists(*object, urn::list_response);
    if (is_answer)
        rows = find_array(*object, "Resources");
    if (!rows) {
        add_document(file, content, from);
        return;
    }
    for (std::size_t i = 0; i < rows->size(); ++i)
        if (!is_answer || !is_of_every_server((*rows)[i]))
            add_document(file + "[" + std::to_string(i) + "]", (*rows)[i], from);
}

// Skips the schemas of RFC 7643 in the answer of another server's /Schemas, which lists them next to its own.
bool loader::is_of_every_server(const json::value& content) const {
    const json::object* const object = content.if_object();
    const json::string* const id = object ? find_string(*object, "id") : nullptr;
    if (!id)
        return false;
    for (const std::string_view each : {urn::service_provider_config, urn::resource_type, urn::schema})
        if (equals_ignoring_case(*id, each))
            return true;
    const schema* const known = find_schema(*id);
    return known && known->is_built_in;
}

void loader::add_document(const std::string& where, const json::value& content, origin from) {
    const json::object* const object = content.if_object();
    if (!object)
        found_.add(where, "a definition must be an object.");
    else if (is_resource_type(*object))
        drafts_.push_back({read_resource_type(where, *object, found_), from});
    else if (find(*object, "attributes") || lists(*object, urn::schema))
        add_schema(where, *object, from);
    else
        found_.add(where, "this is neither a schema nor a resource type.");
}

void loader::add_schema(const std::string& where, const json::object& content, origin from) {
    if (schemas_.size() == schemas_max) {
        found_.add(where, "there are more than " + std::to_string(schemas_max) + " schemas.");
        return;
    }
    schema made = read_schema(where, content, found_);
    if (made.urn.empty())
        return;
    if (find_schema(made.urn)) {
        found_.add(where, made.urn + " is defined twice.");
        return;
    }
    made.is_built_in = from == origin::built_in;
    schemas_.push_back(std::move(made));
    schema_positions_.push_back(where);
}

void loader::add_type(const resource_type_draft& draft, origin from) {
    if (draft.name.empty())
        return;
    if (resource_type* const known = find_type(draft.name)) {
        extend_type(*known, draft);
        return;
    }
    if (types_.size() == resource_types_max) {
        found_.add(draft.where,
                "there are more than " + std::to_string(resource_types_max) + " resource types.");
        return;
    }
    resource_type made;
    made.name = draft.name;
    made.endpoint = draft.endpoint;
    made.description = draft.description;
    made.id_prefix = draft.id_prefix.empty() ? derive_prefix(draft.name) : draft.id_prefix;
    made.base = find_schema(draft.base);
    made.is_built_in = from == origin::built_in;
    check_against_others(made, draft);
    if (!made.base) {
        if (!draft.base.empty())
            found_.add(draft.where, "there is no schema " + quoted_input(draft.base) + ".");
        return;
    }
    // Memberships are rows of one resource type.
    if (made.base->urn == urn::group && made.name != "Group")
        found_.add(draft.where, "only the resource type Group can have the schema " + draft.base + ".");
    add_extensions(types_.emplace_back(std::move(made)), draft);
}

void loader::extend_type(resource_type& known, const resource_type_draft& draft) {
    if (!draft.endpoint.empty() && !equals_ignoring_case(known.endpoint, draft.endpoint))
        found_.add(
                draft.where, "the resource type " + known.name + " has the endpoint " + known.endpoint + ".");
    if (!draft.base.empty() && !equals_ignoring_case(known.base->urn, draft.base))
        found_.add(
                draft.where, "the resource type " + known.name + " has the schema " + known.base->urn + ".");
    if (!draft.id_prefix.empty() && known.id_prefix != draft.id_prefix)
        found_.add(draft.where,
                "the resource type " + known.name + " has the idPrefix " + known.id_prefix + ".");
    add_extensions(known, draft);
}

void loader::add_extensions(resource_type& type, const resource_type_draft& draft) {
    std::set<const schema*> listed{type.base};
    for (const auto& each : draft.extensions) {
        const schema* const definition = find_schema(each.urn);
        if (!definition) {
            if (!each.urn.empty())
                found_.add(draft.where, "there is no schema " + quoted_input(each.urn) + ".");
            continue;
        }
        if (!listed.insert(definition).second) {
            found_.add(draft.where, definition->urn + " is listed twice.");
            continue;
        }
        extend(type, {definition, each.is_required}, draft.where);
    }
}

void loader::extend(resource_type& type, const extension& added, const std::string& where) {
    for (extension& known : type.extensions) {
        if (known.definition != added.definition)
            continue;
        known.is_required = known.is_required || added.is_required;
        return;
    }
    if (type.extensions.size() == extensions_max)
        found_.add(where, type.name + " has more than " + std::to_string(extensions_max) + " extensions.");
    else
        type.extensions.push_back(added);
}

void loader::check_against_others(const resource_type& made, const resource_type_draft& draft) {
    for (const resource_type& other : types_) {
        if (equals_ignoring_case(other.endpoint, made.endpoint))
            found_.add(draft.where, "the resource type " + other.name + " has this endpoint.");
        if (other.id_prefix == made.id_prefix)
            found_.add(draft.where,
                    "the resource type " + other.name + " has the idPrefix " + made.id_prefix + ".");
    }
}

bool uses(const resource_type& type, const schema& definition) {
    return type.find_schema(definition.urn) != nullptr;
}

void loader::attach_by_name() {
    for (std::size_t i = 0; i < schemas_.size(); ++i) {
        const schema& each = schemas_[i];
        const bool is_used = std::any_of(
                types_.begin(), types_.end(), [&](const resource_type& type) { return uses(type, each); });
        if (is_used)
            continue;
        for (resource_type& type : types_)
            if (ends_in(each.urn, type.name))
                extend(type, {&each, false}, schema_positions_[i]);
    }
}

void loader::check_use(const schema& definition, const std::string& where) {
    const bool is_used = std::any_of(
            types_.begin(), types_.end(), [&](const resource_type& type) { return uses(type, definition); });
    if (!is_used)
        found_.add(where, "no resource type has the schema " + definition.urn +
                                  "; list it in the schemaExtensions of one.");
}

bool is_resource_name(std::string_view reference_type) {
    return reference_type != "external" && reference_type != "uri";
}

void loader::check_references(const attribute& reference, const std::string& where) {
    for (const std::string& name : reference.reference_types)
        if (is_resource_name(name) && !find_type(name))
            found_.add(
                    where, "'referenceTypes' names " + quoted_input(name) + ", which is no resource type.");
}

void loader::check_whole() {
    if (!found_.empty())
        return;
    for (std::size_t i = 0; i < schemas_.size(); ++i) {
        check_use(schemas_[i], schema_positions_[i]);
        for (const attribute& each : schemas_[i].attributes) {
            const std::string where = schema_positions_[i] + ": " + each.name;
            check_references(each, where);
            for (const attribute& sub : each.sub_attributes)
                check_references(sub, where + "." + sub.name);
        }
    }
}

void loader::resolve_references(attribute& reference) {
    for (const std::string& name : reference.reference_types)
        if (const resource_type* const type = find_type(name))
            reference.references.push_back({type->id_prefix, type->endpoint});
    for (attribute& sub : reference.sub_attributes)
        resolve_references(sub);
}

// Returns the built-in definitions, which are read once; callers copy them. Copying is safe because no
// pointers between definitions exist before join().
const loader& standard_definitions() {
    static const loader read = [] {
        loader made;
        for (const embedded_file& file : embedded_schemas())
            made.add(file.name, file.content, origin::built_in);
        return made;
    }();
    return read;
}

}  // namespace

loaded_catalogue extend_standard(std::span<const definition_file> files) {
    loader reading = standard_definitions();
    if (files.size() > definition_files_max)
        return {std::nullopt, {"There are more than " + std::to_string(definition_files_max) + " files."}};
    for (const definition_file& file : files)
        if (file.content.size() > definition_file_bytes_max)
            reading.found().add(file.name,
                    "the file is longer than " + std::to_string(definition_file_bytes_max) + " bytes.");
        else
            reading.add(file.name, file.content, origin::file);
    reading.join();
    reading.check_whole();
    if (!reading.found().empty())
        return {std::nullopt, reading.found().texts()};
    return {reading.take(), {}};
}

result<catalogue> catalogue::load(std::span<const embedded_file> files) {
    loader reading;
    for (const embedded_file& file : files)
        reading.add(file.name, file.content, origin::file);
    reading.join();
    if (!reading.found().empty())
        return error{errc::invalid_value, reading.found().texts().front()};
    return reading.take();
}

catalogue catalogue::standard() {
    loader reading = standard_definitions();
    reading.join();
    return reading.take();
}

}  // namespace scimd::scim
