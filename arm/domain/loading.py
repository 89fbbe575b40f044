"""The one door to the loaders: the table of the process, regulations, classifiers."""

from arm.domain.classifier_loading import load_classifier
from arm.domain.reading import LineTrouble, RegulationTrouble, Trouble
from arm.domain.regulation_loading import load_regulation
from arm.domain.table_loading import load_process

__all__ = [
    "LineTrouble",
    "RegulationTrouble",
    "Trouble",
    "load_classifier",
    "load_process",
    "load_regulation",
]
