// Reports of the dialogues played: a table for people and JSON for programs.
#pragma once

#include "play.hpp"

#include <iosfwd>
#include <vector>

namespace conformance {

void print_list(std::ostream& out, const std::vector<dialogue>& dialogues);

void print_header(std::ostream& out);
void print_outcome(std::ostream& out, const outcome& result, bool is_verbose);
void print_summary(std::ostream& out, const std::vector<outcome>& results);

void print_json(std::ostream& out, const std::vector<outcome>& results);

}  // namespace conformance
