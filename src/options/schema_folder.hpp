// Reads the folder of schema definitions that --schema-dir names.
#pragma once

#include "scim/schema/schema_loader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scimd::options {

struct schema_folder {
    std::vector<scim::definition_file> files;  // ordered by name
    std::vector<std::string> errors;           // of the folder, its files and their definitions
};

// Reads the files *.json of the folder and checks that they make a catalogue. Links are followed; other
// files, hidden files and sub-folders are ignored. Limits as in schema_loader.hpp. With errors, there are no
// files.
schema_folder read_schema_folder(const std::filesystem::path& folder);

}  // namespace scimd::options
