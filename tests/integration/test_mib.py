"""The MIB as the programs of managers read it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from pysmi.codegen import JsonCodeGen
from pysmi.compiler import MibCompiler
from pysmi.parser import SmiStarParser
from pysmi.reader import FileReader
from pysmi.writer import CallbackWriter

from digigate.catalogue import Catalogue
from digigate.services.snmp.measures import sheets

ROOT = Path(__file__).resolve().parents[2]
MIB = ROOT / "mibs" / "SOCOMEC-DIRIS-PRODUCTS-MIB.txt"
BASE = ROOT / "src" / "webui" / "node_modules" / "net-snmp" / "lib" / "mibs"
"""The modules of the SMI itself, which are not ours to give."""
NAME = "SOCOMEC-DIRIS-PRODUCTS-MIB"


@pytest.mark.manual(206)
@pytest.mark.peer("smilint")
def test_smilint_finds_nothing_at_its_strictest() -> None:
    run = ["smilint", "-l", "5", "-s", "-m", str(MIB)]
    found = subprocess.run(
        run, env={**os.environ, "SMIPATH": str(BASE)}, capture_output=True, text=True, check=True
    )
    assert found.stdout + found.stderr == ""


@pytest.mark.manual(206)
@pytest.mark.peer("snmptranslate")
def test_names_translate_both_ways() -> None:
    measures = [(s, m) for s in sheets(Catalogue.load().quantities) for m in s.measures]
    names = [f"{NAME}::{m.name}.5.3" for _, m in measures]
    oids = [f".1.3.6.1.4.1.4555.10.20.{s.arc}.1.{m.arc}.5.3" for s, m in measures]
    assert translated("-On", *names) == oids
    assert translated("-OS", *oids) == names
    assert oids[names.index(f"{NAME}::instCurrentI1.5.3")].endswith("20.20.1.10000.5.3")
    assert oids[names.index(f"{NAME}::energyEaPosTotal.5.3")].endswith("20.30.1.80031.5.3")


def translated(how: str, *names: str) -> list[str]:
    run = ["snmptranslate", "-m", str(MIB), how, *names]
    environment = {**os.environ, "MIBDIRS": str(BASE)}
    found = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert found.stderr == ""
    return [line for line in found.stdout.split("\n") if line]


def test_pysmi_compiles_it() -> None:
    written: dict[str, str] = {}
    writer = CallbackWriter(lambda name, text, _: written.update({name: text}))
    compiler = MibCompiler(SmiStarParser(), JsonCodeGen(), writer)
    compiler.add_sources(FileReader(str(MIB.parent)), FileReader(str(BASE)))
    assert set(compiler.compile(NAME).values()) == {"compiled"}
    objects = json.loads(written[NAME])
    assert objects["instCurrentI1"]["oid"] == "1.3.6.1.4.1.4555.10.20.20.1.10000"
    assert objects["outputState"]["maxaccess"] == "read-write"
    assert objects["deviceCommLost"]["objects"][0]["object"] == "deviceType"
    assert "not the vendor's file" in " ".join(MIB.read_text().split())
