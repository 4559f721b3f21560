"""Clips decoded: pictures, sound and faces on the time line that a viewer sees and hears."""
