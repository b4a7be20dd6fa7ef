"""The event types of the code, of the published schemas and of the AsyncAPI description are the same."""

import json
import pathlib
import re
import unittest

from event_schemas import FOLDER, types

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "service"
TYPE = re.compile(r'"((?:organization|role|webhook_endpoint)(?:\.[a-z_]+)+)"')
PREFIXES = {"organization.directory"}


class EventTypesTest(unittest.TestCase):
    def test_the_code_and_the_schemas_name_the_same_types(self):
        named = {kind for path in SOURCES.rglob("*.cpp") for kind in TYPE.findall(path.read_text())}
        self.assertEqual(named - PREFIXES, types())

    def test_a_schema_says_which_type_it_is_of(self):
        for kind in types():
            schema = json.loads((FOLDER / f"{kind}.json").read_text())
            self.assertEqual(schema["properties"]["type"], {"const": kind})
            self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")

    def test_the_asynchronous_description_names_the_same_types(self):
        text = (FOLDER.parent / "asyncapi.yaml").read_text()
        self.assertEqual(sorted(re.findall(r"\$ref: \./events/(.+)\.json", text)), sorted(types()))


if __name__ == "__main__":
    unittest.main()
